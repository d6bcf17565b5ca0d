import { expect } from 'chai';
import { isMappedV4, octetsOf, parseServer } from './address.js';
import { formatRefid, namesUs, refidOfAddress, refidOfText } from './refid.js';

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
    it(`${address} has its octets`, () => expect(hex(address)).to.equal(octets));
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
    it(`"${wrong}" is none`, () => expect(octetsOf(wrong)).to.equal(undefined));

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
    it(`"${wrong}" is none`, () => expect(parseServer(wrong)).to.equal(undefined));
});

describe('a reference id', () => {
  it('is the IPv4 address', () => expect(refidOfAddress('192.0.2.1')).to.equal(0xc0000201));
  // By md5sum.
  it('is the start of the MD5 of an IPv6 address', () => expect(refidOfAddress('2001:db8::1')).to.equal(0x39ab9b37));
  it('is the name of a reference clock', () => expect(refidOfText('GPS')).to.equal(0x47505300));
  it('is shown as a name at stratum 1 and as an address below it', () => {
    expect(formatRefid(0x47505300, 1)).to.equal('GPS');
    expect(formatRefid(0x47505300, 2)).to.equal('71.80.83.0');
    expect(formatRefid(0x00010203, 1)).to.equal('0.1.2.3');
  });

  it('of one of our addresses means a loop (D13), but not at stratum 1, nor for loopback addresses', () => {
    const own = ['127.0.0.1', '::1', '192.0.2.1', '2001:db8::1'];
    expect(namesUs(0xc0000201, 2, own)).to.equal(true);
    expect(namesUs(0x39ab9b37, 3, own)).to.equal(true);
    expect(namesUs(0xc0000201, 1, own)).to.equal(false);
    expect(namesUs(0xc0000202, 2, own)).to.equal(false);
    expect(namesUs(0x7f000001, 2, own)).to.equal(false);
  });
});
