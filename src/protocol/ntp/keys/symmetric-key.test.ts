import { createHash, createHmac } from 'node:crypto';
import { expect } from 'chai';
import { request } from '../request.js';
import { KEY_TYPES, type KeyType } from './key-types.js';
import { SymmetricKey } from './symmetric-key.js';

const SECRET = Buffer.from('0123456789abcdef0123456789abcdef');
const COOKIE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const TYPES = Object.keys(KEY_TYPES) as KeyType[];

const keyOf = (type: KeyType, number = 7) =>
  new SymmetricKey(number, type, SECRET.subarray(0, KEY_TYPES[type].secretOctets ?? 32));

function signed(key: SymmetricKey, version = 4): Uint8Array {
  const packet = new Uint8Array(48 + key.macOctets(version));
  packet.set(request(COOKIE));
  packet[0] = (version << 3) | 3;
  expect(key.sign(packet, 48)).to.equal(packet.length);
  return packet;
}

describe('a symmetric key (C7)', () => {
  for (const type of TYPES) {
    it(`of type ${type} verifies its own MAC and no changed one`, () => {
      for (const version of [3, 4]) {
        const key = keyOf(type);
        const packet = signed(key, version);
        expect(key.verifies(packet, 48, packet.length)).to.equal(true);
        for (let i = 0; i < packet.length; i++) {
          packet[i]! ^= 1;
          expect(key.verifies(packet, 48, packet.length), `octet ${i}`).to.equal(false);
          packet[i]! ^= 1;
        }
      }
    });
  }

  it('verifies no MAC of another secret, another number or another length', () => {
    const packet = signed(keyOf('AES128'));
    expect(new SymmetricKey(7, 'AES128', new Uint8Array(16)).verifies(packet, 48, packet.length)).to.equal(false);
    expect(keyOf('AES128', 8).verifies(packet, 48, packet.length)).to.equal(false);
    for (const end of [48, 52, 64, 67]) expect(keyOf('AES128').verifies(packet, 48, end)).to.equal(false);
  });

  it('has a MAC of 24 octets at most in NTPv4, the whole digest before (RFC 7822 §3)', () => {
    const lengths = Object.fromEntries(
      TYPES.map((type) => [type, [keyOf(type).macOctets(4), keyOf(type).macOctets(3)]]),
    );
    expect(lengths.AES128).to.deep.equal([20, 20]);
    expect(lengths.MD5).to.deep.equal([20, 20]);
    expect(lengths.SHA1).to.deep.equal([24, 24]);
    expect(lengths.SHA256).to.deep.equal([24, 36]);
    expect(lengths['HMAC-SHA512']).to.deep.equal([24, 68]);
  });

  it('hashes secret and packet, or is an HMAC, as its type says', () => {
    const packet = signed(keyOf('SHA256'));
    const head = packet.subarray(0, 48);
    const digest = (octets: Uint8Array) => Buffer.from(octets.subarray(52)).toString('hex');
    expect(digest(packet)).to.equal(createHash('sha256').update(SECRET).update(head).digest('hex').slice(0, 40));
    const hmac = createHmac('sha384', SECRET).update(head).digest('hex').slice(0, 40);
    expect(digest(signed(keyOf('HMAC-SHA384')))).to.equal(hmac);
    expect([...packet.subarray(48, 52)]).to.deep.equal([0, 0, 0, 7]);
  });

  it('is made again from its parts', () => {
    const secret = new Uint8Array(16).fill(9);
    const key = new SymmetricKey(7, 'AES128', secret);
    const { number, type, secret: copy } = key.parts();
    const packet = new Uint8Array(72).fill(4, 0, 48);
    packet[0] = 0x23;
    const end = new SymmetricKey(number, type, copy).sign(packet, 48);
    expect(key.verifies(packet, 48, end)).to.equal(true);
    copy.fill(0);
    expect(key.parts().secret).to.deep.equal(secret);
  });
});
