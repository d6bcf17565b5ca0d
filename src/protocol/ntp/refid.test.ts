import { expect } from 'chai';
import { formatRefid, refidOfAddress, refidOfText } from './refid.js';

describe('a reference id', () => {
  it('is the IPv4 address of a server', () => expect(refidOfAddress('192.0.2.1')).to.equal(0xc0000201));
  // The expected value is from md5sum.
  it('is the start of the MD5 of its IPv6 address', () => expect(refidOfAddress('2001:db8::1')).to.equal(0x39ab9b37));
  it('is the name of a reference clock', () => expect(refidOfText('GPS')).to.equal(0x47505300));
  it('is shown as a name at stratum 1 and as an address below it', () => {
    expect(formatRefid(0x47505300, 1)).to.equal('GPS');
    expect(formatRefid(0x47505300, 2)).to.equal('71.80.83.0');
    expect(formatRefid(0x00010203, 1)).to.equal('0.1.2.3');
  });
});
