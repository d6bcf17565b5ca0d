import { expect } from 'chai';
import { isMappedV4, octetsOf, parseServer } from './address.js';

const hex = (address: string) => {
  const octets = octetsOf(address);
  return octets && Buffer.from(octets).toString('hex');
};

describe('an address', () => {
  for (const [address, octets] of [
    ['192.0.2.1', '00000000000000000000ffffc0000201'],
    ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['2001:DB8::a:1', '20010db8000000000000000000'.concat('0a0001')],
    ['fe80::1%eth0', 'fe800000000000000000000000000001'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
    ['64:ff9b::192.0.2.33', '0064ff9b0000000000000000c0000221'],
  ] as const) {
    it(`${address} has the octets ${octets}`, () => expect(hex(address)).to.equal(octets));
  }

  for (const wrong of [
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1.2..4',
    '1.2.3.',
    '.1.2.3',
    '1.2.3.a',
    ' 1.2.3.4',
    '1.2.3.4/8',
    '1.2.3.4%eth0',
    '1.2.3.256',
    '01.2.3.4',
    '1::2::3',
    '1:2:3',
    '12345::',
    ':1',
    '1:2:3:4:5:6:7:8::',
    'g::',
  ])
    it(`"${wrong}" is no address`, () => expect(octetsOf(wrong)).to.equal(undefined));

  it('knows IPv4', () => {
    expect(isMappedV4(octetsOf('192.0.2.1')!)).to.equal(true);
    expect(isMappedV4(octetsOf('::192.0.2.1')!)).to.equal(false);
  });
});

describe('a server', () => {
  for (const [text, host, port] of [
    ['ntp.example.org', 'ntp.example.org', 123],
    ['ntp.example.org:11123', 'ntp.example.org', 11123],
    ['192.0.2.1:1', '192.0.2.1', 1],
    ['2001:db8::1', '2001:db8::1', 123],
    ['[2001:db8::1]:11123', '2001:db8::1', 11123],
    ['[fe80::1%eth0]', 'fe80::1%eth0', 123],
  ] as const) {
    it(`"${text}" is read`, () => expect(parseServer(text)).to.deep.equal({ host, port }));
  }
  for (const wrong of ['', ':123', 'a b', 'host:65536', 'host:', '[ntp.example.org]:123', '[::1', '1:2:3'])
    it(`"${wrong}" is no server`, () => expect(parseServer(wrong)).to.equal(undefined));
});
