import { expect } from 'chai';
import { parseKeyFile } from './key-file.js';

const HEX_16 = '000102030405060708090a0b0c0d0e0f';

describe('a key file in the format of chrony', () => {
  it('has a number, a type and a secret on each line, with comments and blanks', () => {
    const { keys, faults } = parseKeyFile(
      `# comment\n\n! 1 AES128 HEX:zz\n  10\tAES128  HEX:${HEX_16}\r\n11 aes-256 ASCII:0123456789abcdef0123456789abcdef\n% x\n; y\n4294967295 SHA512 secret\n`,
    );
    expect(faults).to.deep.equal([]);
    expect([...keys.values()].map(({ number, type }) => `${number} ${type}`)).to.deep.equal([
      '10 AES128',
      '11 AES256',
      '4294967295 SHA512',
    ]);
  });

  it('reads a secret without a prefix as text', () => {
    const mac = (line: string) => {
      const packet = new Uint8Array(72);
      packet[0] = 0x23;
      parseKeyFile(line).keys.get(1)!.sign(packet, 48);
      return Buffer.from(packet).toString('hex');
    };
    expect(mac('1 SHA256 abcd')).to.equal(mac('1 SHA256 ASCII:abcd'));
    expect(mac('1 SHA256 abcd')).to.equal(mac('1 SHA256 HEX:61626364'));
    expect(mac('1 SHA256 HEX:ABCD')).not.to.equal(mac('1 SHA256 ABCD'));
  });

  it('leaves keys of MD5 and SHA1 out unless they are allowed by name; a line without a type is MD5', () => {
    const text = '1 MD5 one\n2 SHA1 two\n3 three\n4 SHA256 four\n';
    const none = parseKeyFile(text);
    expect([...none.keys.keys()]).to.deep.equal([4]);
    expect([...none.weak]).to.deep.equal([
      [1, 'MD5'],
      [2, 'SHA1'],
      [3, 'MD5'],
    ]);
    expect([...parseKeyFile(text, ['MD5']).keys.keys()]).to.deep.equal([1, 3, 4]);
    expect([...parseKeyFile(text, ['MD5', 'SHA1']).weak]).to.deep.equal([]);
  });

  for (const [line, message, remedy] of [
    ['7', 'the line is not a number, a type and a secret', 'write it as: 1 AES128'],
    ['7 SHA256 hunter2 words', 'the line is not a number, a type and a secret', 'write it as: 1 AES128'],
    ['0 SHA256 hunter2', 'the first word is no key number', 'from 1 to 4294967295'],
    ['4294967296 SHA256 hunter2', 'the first word is no key number', 'from 1 to 4294967295'],
    ['-1 SHA256 hunter2', 'the first word is no key number', 'from 1 to 4294967295'],
    ['key SHA256 hunter2', 'the first word is no key number', 'from 1 to 4294967295'],
    ['7 TIGER hunter2', 'the type of key 7 is not known', 'use one of AES128, AES256'],
    ['7 AES128 HEX:0001', 'the secret of key 7 has 2 octets; AES128 needs 16', 'openssl rand -hex 16'],
    ['7 AES256 0123456789abcdef', 'the secret of key 7 has 16 octets; AES256 needs 32', 'openssl rand -hex 32'],
    ['7 AES128 HEX:abc', 'the secret of key 7 is not hexadecimal', 'an even number of digits'],
    ['7 SHA256 HEX:hunter2', 'the secret of key 7 is not hexadecimal', 'an even number of digits'],
    ['7 SHA256 HEX:', 'key 7 has no secret', 'write the secret after the type'],
    [`2 AES128 HEX:${HEX_16}`, 'key 2 is on line 1 already', 'a number of its own'],
  ] as const) {
    it(`has a fault with line, cause and remedy, and without the secret: ${message}`, () => {
      const { keys, faults } = parseKeyFile(`2 AES128 HEX:${HEX_16}\n\n${line}\n5 SHA256 fine\n`);
      expect(faults).to.have.length(1);
      expect(faults[0]).to.include({ line: 3 });
      expect(faults[0]!.message).to.include(message);
      expect(faults[0]!.remedy).to.include(remedy);
      expect(JSON.stringify(faults)).not.to.match(/hunter2|0123456789abcdef|HEX:abc/);
      expect([...keys.keys()]).to.deep.equal([2, 5]);
    });
  }
});
