import { expect } from 'chai';
import { type SmearShape, smearAt } from './leap-smear.js';

const utc = (text: string): bigint => BigInt(Date.parse(text)) * 1_000_000n;
const AT = utc('2017-01-01T00:00:00Z');
const leap = (seconds: 1 | -1, passed: boolean) => ({ at: AT, seconds, passed }) as const;
const S = 1_000_000_000n;
const SHAPES: readonly SmearShape[] = ['linear', 'cosine'];

describe('a leap smear', () => {
  it('is nothing outside of the day from noon to noon', () => {
    for (const shape of SHAPES) {
      expect(smearAt(AT, undefined, shape)).to.deep.equal({ offsetNs: 0, ratePpb: 0 });
      for (const near of ['2016-12-31T12:00:00Z', '2017-01-01T12:00:00Z'])
        expect(smearAt(utc(near), leap(1, utc(near) >= AT), shape), near).to.deep.equal({ offsetNs: 0, ratePpb: 0 });
    }
  });

  for (const seconds of [1, -1] as const)
    it(`serves times that run on without a jump and end at UTC (${seconds === 1 ? 'inserted' : 'deleted'})`, () => {
      for (const shape of SHAPES) {
        let before: { readonly served: bigint; readonly ratePpb: number } | undefined;
        let worstNs = 0;
        for (let s = -43_300n; s < 43_300n; s += 1n) {
          // True seconds since the leap. UTC repeats an inserted second, and leaves a deleted one out.
          const passed = seconds === 1 ? s >= 0n : s >= -1n;
          const now = AT + (passed ? s - BigInt(seconds) : s) * S;
          const { offsetNs, ratePpb } = smearAt(now, leap(seconds, passed), shape);
          const served = now + BigInt(Math.round(offsetNs));
          // The rate changes at noon, by 11.6 ppm if linear.
          const isNoon = ratePpb === 0 || before?.ratePpb === 0;
          const expectedNs = before === undefined ? 0 : 1e9 + (ratePpb + before.ratePpb) / 2;
          if (before !== undefined && !isNoon)
            worstNs = Math.max(worstNs, Math.abs(Number(served - before.served) - expectedNs));
          if (before !== undefined && isNoon) expect(Number(served - before.served)).to.be.closeTo(1e9, 11_600);
          before = { served, ratePpb };
        }
        expect(worstNs).to.be.below(3);
        expect(before!.served).to.equal(AT + (43_299n - BigInt(seconds)) * S);
      }
    });

  it('is at 11.57 ppm all the time, or gentle at its ends', () => {
    const rate = (text: string, shape: SmearShape) => smearAt(utc(text), leap(1, false), shape).ratePpb;
    expect(rate('2016-12-31T12:00:01Z', 'linear')).to.be.closeTo(-11_574, 1);
    expect(rate('2016-12-31T12:00:01Z', 'cosine')).to.be.closeTo(0, 2);
    expect(rate('2016-12-31T23:59:59Z', 'cosine')).to.be.closeTo(-18_180, 5);
  });
});
