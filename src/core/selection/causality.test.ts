import { expect } from 'chai';
import type { Leg } from '../../api/index.js';
import type { TrackEstimate } from '../estimator/types.js';
import { CausalityCheck } from './causality.js';

const NOISE_FLOOR_NS = 10;
const leg = (direction: Leg['direction'], transitNs: number): Leg => ({
  kind: 'leg',
  direction,
  transitNs,
  clock: 'system',
  monotonic: 1n,
  stamp: 'kernel',
  noiseFloorNs: NOISE_FLOOR_NS,
});
const ESTIMATE = { offsetNs: 0, sigmaNs: 100, suspectNs: 0 } as TrackEstimate;
const exchange = (offsetNs: number, delayNs: number): Leg[] => [
  leg('outbound', offsetNs + delayNs),
  leg('inbound', -offsetNs + delayNs),
];
const results = (exchanges: readonly Leg[][]): boolean[] => {
  const check = new CausalityCheck();
  return exchanges.map((legs) => check.refutes(ESTIMATE, legs, NOISE_FLOOR_NS, () => 0));
};

describe('causality check', () => {
  it('accepts any delay', () => {
    const late = [leg('outbound', 5e6), leg('inbound', 1e9)];
    expect(results(Array(10).fill(late))).to.not.include(true);
  });

  it('refutes an estimate by which messages arrive before they were sent, three times in a row', () => {
    for (const offsetNs of [200e3, -200e3])
      expect(results(Array(3).fill(exchange(offsetNs, 100e3)))).to.deep.equal([false, false, true]);
  });

  it('starts counting again after an exchange that agrees to within the noise', () => {
    const bad = exchange(200e3, 100e3);
    expect(results([bad, bad, exchange(110e3, 100e3), bad, bad])).to.not.include(true);
  });

  it('compares a leg with the offset at its own time', () => {
    const check = new CausalityCheck();
    // Since these legs a slew has taken the offset from 300 µs to 0.
    const early = exchange(300e3, 100e3);
    const seen = (changeNs: number | undefined) =>
      [early, early, early].map((legs) => check.refutes(ESTIMATE, legs, NOISE_FLOOR_NS, () => changeNs));
    expect(seen(-300e3)).to.not.include(true);
    expect(seen(undefined)).to.not.include(true);
    expect(seen(0)).to.deep.equal([false, false, true]);
  });
});
