import { expect } from 'chai';
import { formatRefid, namesUs, refidOfAddress, refidOfText } from './refid.js';

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
