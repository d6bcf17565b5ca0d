import { expect } from 'chai';
import { JumpDetector } from './jump-detector.js';
import type { ObservationDirection } from './outlier-count.js';

const US = 1e3;
const EIGHTH_NS = 125_000_000n;

/** What a watch makes of observations that follow each other after an eighth of a second, in µs against what is expected. */
function watched(...seen: readonly (readonly [ObservationDirection, number])[]) {
  const watch = new JumpDetector(0n);
  return seen.map(([way, shiftUs], n) => {
    watch.setTime(EIGHTH_NS * BigInt(n));
    const reachNs = watch.toleranceNs(US);
    const shiftNs = shiftUs * US;
    if (Math.abs(shiftNs) > reachNs) return watch.addDeviation(way, shiftNs, reachNs, false);
    watch.addConsistent(way);
    return 'calm';
  });
}

describe('a jump of a source’s time', () => {
  it('shows in both directions alike', () => {
    expect(watched(['inbound', 3], ['outbound', 2000], ['inbound', 2004], ['outbound', 1998])).to.deep.equal([
      ...['calm', 'plain', 'held', 'jumped'],
    ]);
  });

  it('is not seen in one direction alone, and not where the other one keeps its time', () => {
    const late = ['inbound', -900] as const;
    const kept = ['outbound', 0] as const;
    expect(watched(late, late, late, late, kept, late, late)).to.deep.equal([
      ...['plain', 'held', 'held', 'held', 'calm', 'plain', 'plain'],
    ]);
  });

  it('is not what never says the same twice', () => {
    const shifts = [100, -300, 500, 900, -80].map((shift) => ['phase', shift] as const);
    expect(watched(...shifts)).to.deep.equal(['plain', 'plain', 'plain', 'plain', 'plain']);
  });

  it('shows in three comparisons that agree', () => {
    expect(watched(['phase', 40], ['phase', 41], ['phase', 39])).to.deep.equal(['plain', 'held', 'jumped']);
  });

  it('is faster than any oscillator: what takes its time may be the clock', () => {
    const watch = new JumpDetector(0n);
    watch.setTime(64_000_000_000n);
    expect(watch.toleranceNs(0)).to.be.above(3e6);
    watch.setTime(EIGHTH_NS);
    expect(watch.toleranceNs(0)).to.be.below(9e3);
  });

  it('stays open, and moves nothing, as long as the other direction is not heard', () => {
    const late = Array.from({ length: 200 }, () => ['inbound', -9000] as const);
    const verdicts = watched(...late, ['outbound', 0], ['inbound', -9000]);
    expect(verdicts.slice(0, 200)).to.deep.equal(['plain', ...Array.from({ length: 199 }, () => 'held')]);
    expect(verdicts.slice(200)).to.deep.equal(['calm', 'plain']);
  });

  it('makes its source suspect at once where no noise explains it, else with the second that agrees', () => {
    const watch = new JumpDetector(0n);
    watch.addDeviation('outbound', 2e6, 10 * US, false);
    expect(watch.suspectNs).to.equal(0);
    watch.addDeviation('inbound', 2e6, 10 * US, true);
    expect(watch.suspectNs).to.be.within(2e6, 2.1e6);
    watch.addConsistent('inbound');
    watch.addDeviation('inbound', 3e6, 10 * US, true);
    expect(watch.suspectNs).to.be.within(3e6, 3.1e6);
  });
});
