import { expect } from 'chai';
import { memberForFrequencyStep } from './frequency-step.js';
import { ModelWeights } from './model-weights.js';
import { DEFAULT_WANDERS, WanderLines } from './wander-lines.js';

const lines = (): WanderLines => {
  const made = new WanderLines(DEFAULT_WANDERS);
  made.addClock();
  return made;
};

/** Long habit, and what the last observation made of it. */
function beliefOf(usual: Record<number, number>, weights: Record<number, number>): ModelWeights {
  const belief = new ModelWeights(DEFAULT_WANDERS.length);
  belief.average.fill(1e-5);
  belief.weights.fill(1e-5);
  for (const [k, weight] of Object.entries(usual)) belief.average[Number(k)] = weight;
  for (const [k, weight] of Object.entries(weights)) belief.weights[Number(k)] = weight;
  return belief;
}

describe('a knocked oscillator', () => {
  const usual = { 3: 0.2, 4: 0.7, 5: 0.1 };

  it('sends the second best of before, and keeps the best', () => {
    expect(memberForFrequencyStep(beliefOf(usual, { 8: 0.9, 4: 0.005 }), lines())).to.equal(3);
  });

  it('sends none while things are as usual, or a little more restless', () => {
    expect(memberForFrequencyStep(beliefOf(usual, { 4: 0.9 }), lines())).to.equal(-1);
    expect(memberForFrequencyStep(beliefOf(usual, { 5: 0.9 }), lines())).to.equal(-1);
  });

  it('sends none while the oscillator becomes calmer', () => {
    expect(memberForFrequencyStep(beliefOf({ 7: 0.9 }, { 2: 0.9 }), lines())).to.equal(-1);
  });

  it('leaves the one that is out in peace', () => {
    const out = beliefOf(usual, { 8: 0.6, 3: 0.3 });
    expect(memberForFrequencyStep(out, lines())).not.to.equal(3);
  });
});
