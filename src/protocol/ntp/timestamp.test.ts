import { expect } from 'chai';
import fc from 'fast-check';
import { fromNtpTime, fromShort, toNtpFraction, toNtpSeconds, toNtpTime, toShort } from './timestamp.js';

const at = (iso: string) => BigInt(Date.parse(iso)) * 1_000_000n;

describe('an NTP timestamp', () => {
  it('counts seconds from 1900', () => {
    expect(toNtpTime(0n)).to.equal(2_208_988_800n << 32n);
    expect(toNtpTime(500_000_000n)).to.equal((2_208_988_800n << 32n) + 0x8000_0000n);
  });

  it('starts again at zero in 2036, and is read correctly before and after (B17)', () => {
    const rollover = at('2036-02-07T06:28:16Z');
    expect(toNtpTime(rollover)).to.equal(0n);
    expect(toNtpTime(rollover - 1n)).to.equal(0xffff_ffff_ffff_fffcn);
    for (const delta of [-1_000_000_000n, -1n, 0n, 1n, 1_000_000_000n]) {
      expect(fromNtpTime(toNtpTime(rollover + delta))).to.equal(rollover + delta);
    }
  });

  it('is read back to the nanosecond from 1968 to 2104', () => {
    fc.assert(
      fc.property(fc.bigInt(at('1968-01-20T03:14:08Z'), at('2104-02-26T09:42:23Z')), (instant) => {
        expect(fromNtpTime(toNtpTime(instant))).to.equal(instant);
      }),
    );
  });

  it('is the same in two words that are computed without a big number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e9 }), fc.integer({ min: 0, max: 999_999_999 }), (seconds, ns) => {
        const time = toNtpTime(BigInt(seconds) * 1_000_000_000n + BigInt(ns));
        expect([toNtpSeconds(seconds), toNtpFraction(ns)]).to.deep.equal([
          Number(time >> 32n),
          Number(time & 0xffff_ffffn),
        ]);
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps the order of instants', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, at('2036-02-07T06:28:14Z')), fc.bigInt(1n, 1_000_000_000n), (instant, later) => {
        expect(toNtpTime(instant + later) > toNtpTime(instant)).to.equal(true);
      }),
    );
  });
});

describe('the short format', () => {
  it('is never below the value, and above it by less than its unit', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 65535e9, noNaN: true }), (ns) => {
        expect(fromShort(toShort(ns)) - ns).to.be.within(-1e-3, 15_259);
      }),
    );
  });

  it('is clamped at both ends', () => {
    expect(toShort(-1)).to.equal(0);
    expect(toShort(1e15)).to.equal(0xffff_ffff);
    expect(toShort(Number.POSITIVE_INFINITY)).to.equal(0xffff_ffff);
  });
});
