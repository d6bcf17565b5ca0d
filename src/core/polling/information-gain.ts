import type { Ns } from '../../api/index.js';
import { boundNs, type ClockModel, extrapolate } from '../clocks/clock-model.js';

/** An answer is worth a request if it is expected to take this share of the clock's variance away. */
const WORTHWHILE_SHARE = 0.1;
/** The same as the variance of the clock in units of the answer's own. */
const WORTHWHILE_RATIO = WORTHWHILE_SHARE / (1 - WORTHWHILE_SHARE);
/** Share of each answer's evidence that the learnt noise takes over. */
const LEARNING_RATE = 0.25;
/** Greatest evidence of one answer, nepers of variance. */
const MOST_EVIDENCE = 1;
/** An answer that moves the estimate by more of its sigmas found something new and says nothing of its noise. */
const SURPRISE_SIGMAS = 4;
const BISECTIONS = 24;

/**
 * Learns the information in an answer of one track, as the noise of an equivalent measurement of the clock. It is taken from
 * the change of the clock's variance, and so contains one-sided noise, the other sources' share and the oscillator's wander.
 */
export class AnswerNoise {
  #ns: Ns | undefined;

  /** Undefined before the first answer that counted. */
  get ns(): Ns | undefined {
    return this.#ns;
  }

  /** `before`: the clock's estimate without the answer. `noiseNs`: the estimator's noise, with which learning starts. */
  learn(noiseNs: Ns, before: ClockModel, after: ClockModel): void {
    const answerNs = this.#ns ?? noiseNs;
    this.#ns = answerNs;
    const { offsetNs, sigmaNs } = extrapolate(before, after.at);
    if (Math.abs(after.offsetNs - offsetNs) > SURPRISE_SIGMAS * sigmaNs) return;
    const expected = Math.log1p((sigmaNs / answerNs) ** 2);
    const found = 2 * Math.log(sigmaNs / after.sigmaNs);
    const evidence = Math.max(-MOST_EVIDENCE, Math.min(MOST_EVIDENCE, expected - found));
    this.#ns = answerNs * Math.exp((LEARNING_RATE / 2) * evidence);
  }
}

/** Returns the time until an answer with this noise is worth a request, at most `maxNs`. */
export const timeUntilInformative = (model: ClockModel, answerNs: Ns, maxNs: Ns): Ns =>
  lastTime(maxNs, (waitNs) => ahead(model, waitNs).sigmaNs ** 2 <= WORTHWHILE_RATIO * answerNs ** 2);

/** Returns the time for which the clock's bound stays within `errorNs`, at most `maxNs`. */
export const timeWithinError = (model: ClockModel, errorNs: Ns, maxNs: Ns): Ns =>
  lastTime(maxNs, (waitNs) => boundNs(ahead(model, waitNs)) <= errorNs);

/** Returns the clock's model in `waitNs` if no observation arrives until then. */
const ahead = (model: ClockModel, waitNs: Ns): ClockModel => extrapolate(model, model.at + BigInt(Math.round(waitNs)));

/** Returns the last time up to `maxNs` at which a condition holds that is true at first and then no more. */
function lastTime(maxNs: Ns, holds: (waitNs: Ns) => boolean): Ns {
  if (holds(maxNs)) return maxNs;
  let lo = 0;
  let hi = maxNs;
  for (let n = 0; n < BISECTIONS; n++) {
    const middle = (lo + hi) / 2;
    if (holds(middle)) lo = middle;
    else hi = middle;
  }
  return lo;
}
