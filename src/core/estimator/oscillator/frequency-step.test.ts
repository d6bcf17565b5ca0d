import { expect } from 'chai';
import { memberForFrequencyStep } from './frequency-step.js';
import { ModelWeights } from './model-weights.js';
import { DEFAULT_WANDERS, WanderLines } from './wander-lines.js';

const lines = (): WanderLines => {
  const made = new WanderLines(DEFAULT_WANDERS);
  made.addClock();
  return made;
};

/** Returns weights as they were on average, and as the last observation has left them. */
function weightsOf(average: Record<number, number>, last: Record<number, number>): ModelWeights {
  const made = new ModelWeights(DEFAULT_WANDERS.length);
  made.average.fill(1e-5);
  made.weights.fill(1e-5);
  for (const [k, weight] of Object.entries(average)) made.average[Number(k)] = weight;
  for (const [k, weight] of Object.entries(last)) made.weights[Number(k)] = weight;
  return made;
}

describe('the member that stands for a frequency step', () => {
  const average = { 3: 0.2, 4: 0.7, 5: 0.1 };

  it('is the second best of before; the best keeps its state', () => {
    expect(memberForFrequencyStep(weightsOf(average, { 8: 0.9, 4: 0.005 }), lines())).to.equal(3);
  });

  it('is not needed while the weights are as usual, or a little more restless', () => {
    expect(memberForFrequencyStep(weightsOf(average, { 4: 0.9 }), lines())).to.equal(undefined);
    expect(memberForFrequencyStep(weightsOf(average, { 5: 0.9 }), lines())).to.equal(undefined);
  });

  it('is not needed while the oscillator becomes calmer', () => {
    expect(memberForFrequencyStep(weightsOf({ 7: 0.9 }, { 2: 0.9 }), lines())).to.equal(undefined);
  });

  it('is not one that stands for the step already', () => {
    const out = weightsOf(average, { 8: 0.6, 3: 0.3 });
    expect(memberForFrequencyStep(out, lines())).not.to.equal(3);
  });
});
