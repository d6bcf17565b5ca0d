import { indexOfGreatest, type ModelWeights } from './model-weights.js';
import type { WanderLines } from './wander-lines.js';

/** A heaviest member whose average weight is below this is a surprise. */
const UNUSUAL_WEIGHT = 0.05;
/** An oscillator with a wander greater by this factor is restless, not just knocked. */
const RESTLESS_FACTOR = 100;
/** A member with less weight may be replaced. */
const SPARE_WEIGHT = 0.01;

/**
 * Handles a sudden change of an oscillator's frequency: it was knocked, or has become restless. Being restless once does not
 * last, so with even odds the oscillator runs on as calmly as before, only at another rate. Returns the calm member that
 * shall stand for that until the surprise is over, or undefined if no surprise calls for it: a member that has little weight
 * now and had most on average, except the heaviest on average. That one keeps its state, in case a wrong stamp was the surprise.
 */
export function memberForFrequencyStep(
  { weights, average, heaviest }: ModelWeights,
  lines: WanderLines,
): number | undefined {
  if (average[heaviest]! > UNUSUAL_WEIGHT) return undefined;
  const clock = lines.lineOf(heaviest);
  const calm = (1.5 * lines.wander(heaviest, clock)) / RESTLESS_FACTOR;
  const before = indexOfGreatest(average);
  if (lines.wander(before, clock) > calm) return undefined;
  let found: number | undefined;
  for (let k = 0; k < weights.length; k++) {
    if (k === before || weights[k]! > SPARE_WEIGHT || lines.wander(k, clock) > calm) continue;
    if (found === undefined || average[k]! > average[found]!) found = k;
  }
  return found;
}
