import { expect } from 'chai';
import { JumpDetector } from './jump-detector.js';
import type { ObservationDirection } from './outlier-history.js';

const US = 1e3;
const EIGHTH_NS = 125_000_000n;

/** Returns the verdicts on observations an eighth of a second apart. Each deviates by so many µs from its prediction. */
function verdictsOn(...observations: readonly (readonly [ObservationDirection, number])[]) {
  const detector = new JumpDetector(0n);
  return observations.map(([direction, shiftUs], n) => {
    detector.setTime(EIGHTH_NS * BigInt(n));
    const toleranceNs = detector.toleranceNs(US);
    const shiftNs = shiftUs * US;
    if (Math.abs(shiftNs) > toleranceNs) return detector.addDeviation(direction, shiftNs, toleranceNs, false);
    detector.addConsistent(direction);
    return 'consistent';
  });
}

describe('detection of a jump of a source’s time', () => {
  it('needs both directions to deviate alike', () => {
    expect(verdictsOn(['inbound', 3], ['outbound', 2000], ['inbound', 2004], ['outbound', 1998])).to.deep.equal([
      ...['consistent', 'use', 'hold', 'jumped'],
    ]);
  });

  it('sees no jump while one direction deviates alone, nor where the other one keeps its time', () => {
    const late = ['inbound', -900] as const;
    const kept = ['outbound', 0] as const;
    expect(verdictsOn(late, late, late, late, kept, late, late)).to.deep.equal([
      ...['use', 'hold', 'hold', 'hold', 'consistent', 'use', 'use'],
    ]);
  });

  it('sees no jump in deviations that do not agree', () => {
    const shifts = [100, -300, 500, 900, -80].map((shift) => ['phase', shift] as const);
    expect(verdictsOn(...shifts)).to.deep.equal(['use', 'use', 'use', 'use', 'use']);
  });

  it('needs three comparisons that agree', () => {
    expect(verdictsOn(['phase', 40], ['phase', 41], ['phase', 39])).to.deep.equal(['use', 'hold', 'jumped']);
  });

  it('tolerates more the longer an oscillator had time to drift', () => {
    const detector = new JumpDetector(0n);
    detector.setTime(64_000_000_000n);
    expect(detector.toleranceNs(0)).to.be.above(3e6);
    detector.setTime(EIGHTH_NS);
    expect(detector.toleranceNs(0)).to.be.below(9e3);
  });

  it('holds observations back as long as the other direction is silent', () => {
    const late = Array.from({ length: 200 }, () => ['inbound', -9000] as const);
    const verdicts = verdictsOn(...late, ['outbound', 0], ['inbound', -9000]);
    expect(verdicts.slice(0, 200)).to.deep.equal(['use', ...Array.from({ length: 199 }, () => 'hold')]);
    expect(verdicts.slice(200)).to.deep.equal(['consistent', 'use']);
  });

  it('suspects the source at once if no noise explains a deviation, else with the second that agrees', () => {
    const detector = new JumpDetector(0n);
    detector.addDeviation('outbound', 2e6, 10 * US, false);
    expect(detector.suspectNs).to.equal(0);
    detector.addDeviation('inbound', 2e6, 10 * US, true);
    expect(detector.suspectNs).to.be.within(2e6, 2.1e6);
    detector.addConsistent('inbound');
    detector.addDeviation('inbound', 3e6, 10 * US, true);
    expect(detector.suspectNs).to.be.within(3e6, 3.1e6);
  });
});
