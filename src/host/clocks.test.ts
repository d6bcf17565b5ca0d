import { expect } from 'chai';
import { type Clocks, openClocks } from './clocks.js';
import { loadNative } from './native.js';

describe('the clocks', () => {
  const { native } = loadNative();
  const ways: [string, Clocks][] = [['through koffi', openClocks(undefined)]];
  if (native !== undefined) ways.push(['through the addon', openClocks(native)]);

  for (const [name, clocks] of ways) {
    it(`are read within a bracket of the monotonic clock: ${name}`, () => {
      for (let i = 0; i < 100; i++) {
        const before = clocks.raw();
        const { raw } = clocks.moment();
        expect(before <= raw && raw <= clocks.raw()).to.equal(true);
      }
    });

    it(`know how long the machine has slept: ${name}`, () => {
      const slept = clocks.slept();
      expect(Number(slept)).to.be.above(-50_000);
      expect(Number(clocks.slept() - slept)).to.be.within(-50_000, 50_000);
    });

    it(`show the time of day: ${name}`, () => {
      const before = BigInt(Date.now()) * 1_000_000n;
      const { realtime } = clocks.moment();
      expect(realtime >= before && realtime < BigInt(Date.now() + 1) * 1_000_000n).to.equal(true);
    });

    it(`run at the same rate to within what steering allows: ${name}`, () => {
      const first = clocks.moment();
      while (clocks.raw() - first.raw < 5_000_000n);
      const second = clocks.moment();
      const elapsed = Number(second.raw - first.raw);
      for (const clock of ['realtime', 'monotonic'] as const) {
        expect(Number(second[clock] - first[clock])).to.be.closeTo(elapsed, 5_000 + elapsed * 1e-3);
      }
    });
  }

  it('are the same through the addon and through koffi', function () {
    if (native === undefined) return this.skip();
    const [a, b] = [openClocks(native), openClocks(undefined)];
    const [first, second, third] = [a.raw(), b.raw(), a.raw()];
    expect(first <= second && second <= third).to.equal(true);
    return undefined;
  });
});
