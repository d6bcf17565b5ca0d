import type { ClockId } from '../../../api/index.js';
import type { WanderBank } from './wander-bank.js';

/** A guess of one variable, and how little is known without it. */
export interface Guess {
  readonly mean: number;
  readonly sigma: number;
  readonly freeSigma: number;
}

/** No memory is surer than this share of not knowing: it would be beyond the precision of a double. */
const LEAST_SHARE = 1e-12;

/**
 * Sets a variable that depends on no other to a guess from another time. Up to the most likely wander the members of the
 * bank believe it; the more restless ones believe it ever less, the last not at all. If the guess is wrong, these predict
 * better within a few observations, and the others are recalled from them.
 */
export function guess(bank: WanderBank, clock: ClockId, at: number, { mean, sigma, freeSigma }: Guess): void {
  const weights = bank.wanderWeights(clock);
  const likeliest = weights.indexOf(Math.max(...weights));
  const last = weights.length - 1;
  const surest = Math.max(sigma, LEAST_SHARE * freeSigma);
  for (const [k, { x, covariance }] of bank.members.entries()) {
    const grade = bank.gradeOf(clock, k);
    const doubt = grade === last ? 1 : Math.max(0, (grade - likeliest) / (last - likeliest));
    x[at] = mean;
    covariance.makeIndependent(at, (surest * (freeSigma / surest) ** doubt) ** 2);
  }
}
