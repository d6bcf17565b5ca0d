import { indexOfGreatest, type ModelWeights } from './model-weights.js';
import type { WanderLines } from './wander-lines.js';

/** What counts for less than this as a rule is a surprise when it counts most. */
const UNUSUAL_WEIGHT = 0.05;
/** A wander two orders of magnitude greater is another kind of oscillator. */
const RESTLESS_FACTOR = 100;
/** A member that counts for less may be sent. */
const SPARE_WEIGHT = 0.01;

/**
 * An oscillator that runs otherwise all of a sudden was knocked, or has become restless. To be restless once is not to be so
 * ever after: with even odds, at each observation until it is unusual no more, it goes on as calmly as before, only at
 * another rate. Returns the member that is to stand for that, −1 when there is no need: one that counted as a rule, that
 * counts no more, and is not the very one which did most, in case that the surprise was a wrong stamp.
 */
export function memberForFrequencyStep(
  { weights, average: usual, heaviest }: ModelWeights,
  lines: WanderLines,
): number {
  if (usual[heaviest]! > UNUSUAL_WEIGHT) return -1;
  const clock = lines.lineOf(heaviest);
  const calm = (1.5 * lines.wander(heaviest, clock)) / RESTLESS_FACTOR;
  const before = indexOfGreatest(usual);
  if (lines.wander(before, clock) > calm) return -1;
  let scout = -1;
  for (let k = 0; k < weights.length; k++) {
    if (k === before || weights[k]! > SPARE_WEIGHT || lines.wander(k, clock) > calm) continue;
    if (scout < 0 || usual[k]! > usual[scout]!) scout = k;
  }
  return scout;
}
