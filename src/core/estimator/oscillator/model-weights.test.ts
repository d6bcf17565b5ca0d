import { expect } from 'chai';
import { ModelWeights } from './model-weights.js';

/** Members 0 and 1 are a change of one oscillator apart, 0 and 2 a change of two. */
const APART = [
  [0, 1, 2],
  [1, 0, 1],
  [2, 1, 0],
];

/** A belief in the first member, after so many observations, 500 s apart, that tell nothing. */
function afterSilence(observations: number, related: 'related' | 'not related'): ModelWeights {
  const belief = new ModelWeights(3);
  belief.weights.set([1, 0, 0]);
  if (related === 'related') belief.setNeighbours(9, (from, to) => APART[from]![to]!);
  for (let n = 0; n < observations; n++) {
    belief.updateSwitchChance(Float64Array.of(500 * (n + 1)));
    belief.reweigh(new Float64Array(3));
  }
  return belief;
}

describe('belief in the members of the bank', () => {
  it('is in all that one oscillator can have become, hardly in what takes two to change', () => {
    const [, one, two] = afterSilence(100, 'related').weights;
    expect(one).to.be.within(0.005, 0.02);
    expect(two).to.be.below(one! / 50);
  });

  it('sums up to one, whatever may have changed', () => {
    const { weights } = afterSilence(50_000, 'related');
    expect(weights.reduce((sum, weight) => sum + weight, 0)).to.be.closeTo(1, 1e-12);
    expect(weights[0]).to.be.closeTo(1 / 3, 0.02);
  });

  it('is even where all are one change away', () => {
    const [, one, two] = afterSilence(100, 'not related').weights;
    expect(one).to.equal(two);
  });

  it('knows which part of it is due to changes', () => {
    const { switchedShare: fresh } = afterSilence(100, 'related');
    expect(fresh[0]).to.be.below(1e-4);
    expect(fresh[1]).to.be.within(0.005, 0.02);
  });

  it('recalls what takes two to change with less weight', () => {
    for (const [related, share] of [
      ['related', 1e-3],
      ['not related', 1],
    ] as const) {
      const belief = afterSilence(1, related);
      for (const k of [1, 2]) belief.revive(k);
      expect(belief.weights[2]! / belief.weights[1]!).to.be.within(share / 20, share);
    }
  });
});
