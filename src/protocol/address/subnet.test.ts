import { expect } from 'chai';
import { octetsOf } from './address.js';
import { covers, parseSubnet } from './subnet.js';

const inside = (range: string, address: string) => covers([parseSubnet(range)!], octetsOf(address)!);

describe('an address range', () => {
  for (const [range, yes, no] of [
    ['192.0.2.0/24', '192.0.2.255', '192.0.3.0'],
    ['192.0.2.0/25', '192.0.2.127', '192.0.2.128'],
    ['192.0.2.7', '192.0.2.7', '192.0.2.6'],
    ['192.0.2.7/32', '::ffff:192.0.2.7', '192.0.2.6'],
    ['0.0.0.0/0', '8.8.8.8', '2001:db8::1'],
    ['2001:db8::/29', '2001:dbf::1', '2001:dc0::1'],
    ['2001:db8::1', '2001:db8::1', '2001:db8::2'],
    ['::ffff:192.0.2.0/120', '192.0.2.9', '192.0.3.9'],
  ] as const) {
    it(`${range} covers ${yes} but not ${no}`, () => {
      expect(inside(range, yes)).to.equal(true);
      expect(inside(range, no)).to.equal(false);
    });
  }

  it('"all" covers every address', () => {
    expect(inside('all', '192.0.2.1')).to.equal(true);
    expect(inside('all', '2001:db8::1')).to.equal(true);
  });

  for (const wrong of ['', '192.0.2.0/33', '2001:db8::/129', '192.0.2.0/', '192.0.2.0/8/8', 'lan', '192.0.2.0/-1']) {
    it(`"${wrong}" is no range`, () => {
      expect(parseSubnet(wrong)).to.equal(undefined);
    });
  }
});
