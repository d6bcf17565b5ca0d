import { expect } from 'chai';
import { ModelWeights } from './model-weights.js';

/** Oscillators that must switch from member to member: one from 0 to 1, two from 0 to 2. */
const DISTANCES = [
  [0, 1, 2],
  [1, 0, 1],
  [2, 1, 0],
];

/** Returns weights that were all the first member's, after observations 500 s apart that say nothing. */
function afterSilence(observations: number, related: 'related' | 'not related'): ModelWeights {
  const set = new ModelWeights(3);
  set.weights.set([1, 0, 0]);
  if (related === 'related') set.setNeighbours(9, (from, to) => DISTANCES[from]![to]!);
  for (let n = 0; n < observations; n++) {
    set.updateSwitchChance(Float64Array.of(500 * (n + 1)));
    set.reweigh(new Float64Array(3));
  }
  return set;
}

describe('weights of the members of the bank', () => {
  it('flow to members that one oscillator reaches by a switch, hardly to those that take two', () => {
    const [, one, two] = afterSilence(100, 'related').weights;
    expect(one).to.be.within(0.005, 0.02);
    expect(two).to.be.below(one! / 50);
  });

  it('sum up to one after many switches', () => {
    const { weights } = afterSilence(50_000, 'related');
    expect(weights.reduce((sum, weight) => sum + weight, 0)).to.be.closeTo(1, 1e-12);
    expect(weights[0]).to.be.closeTo(1 / 3, 0.02);
  });

  it('flow evenly where each member is one switch away', () => {
    const [, one, two] = afterSilence(100, 'not related').weights;
    expect(one).to.equal(two);
  });

  it('say which part of them is due to switches', () => {
    const { switchedShare } = afterSilence(100, 'related');
    expect(switchedShare[0]).to.be.below(1e-4);
    expect(switchedShare[1]).to.be.within(0.005, 0.02);
  });

  it('are smaller for a revived member that takes two switches', () => {
    for (const [related, share] of [
      ['related', 1e-3],
      ['not related', 1],
    ] as const) {
      const set = afterSilence(1, related);
      for (const k of [1, 2]) set.revive(k);
      expect(set.weights[2]! / set.weights[1]!).to.be.within(share / 20, share);
    }
  });
});
