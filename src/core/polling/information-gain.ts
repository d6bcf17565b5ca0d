import type { Ns } from '../../api/index.js';
import { boundNs, type ClockModel, extrapolate } from '../clocks/clock-model.js';
import type { SourceTrack } from '../tracks/source.js';

/** An answer is worth asking for when it can be expected to take this share of the clock's variance away. */
const WORTH = 0.1;
/** The same as the variance of the clock in units of the answer's own. */
const WORTH_RATIO = WORTH / (1 - WORTH);
/** How fast an answer's noise follows what answers tell. */
const RATE = 0.25;
/** What one answer can say about it, in nepers of variance. */
const MOST = 1;
/** An answer that moves the estimate by so many of its sigmas has found something new and says nothing of its noise. */
const SURPRISE = 4;
const BISECTIONS = 24;

/**
 * Learns how much an answer of this track tells, from what it has made of the clock's variance: one-sided noise, the other
 * sources' share and the oscillator's wander are all in it. `before`: the clock's estimate without the answer.
 */
export function learnAnswerNoise(track: SourceTrack, noiseNs: Ns, before: ClockModel, after: ClockModel): void {
  const answerNs = track.answerNs ?? noiseNs;
  track.answerNs = answerNs;
  const { offsetNs, sigmaNs } = extrapolate(before, after.at);
  if (Math.abs(after.offsetNs - offsetNs) > SURPRISE * sigmaNs) return;
  const expected = Math.log1p((sigmaNs / answerNs) ** 2);
  const found = 2 * Math.log(sigmaNs / after.sigmaNs);
  track.answerNs = answerNs * Math.exp((RATE / 2) * Math.max(-MOST, Math.min(MOST, expected - found)));
}

/** How long until an answer with this noise is worth asking for. Infinity: it never will be. */
export const timeUntilInformative = (model: ClockModel, answerNs: Ns, maxNs: Ns): Ns =>
  latest(maxNs, (waitNs) => ahead(model, waitNs).sigmaNs ** 2 <= WORTH_RATIO * answerNs ** 2);

/** How long the clock's error stays below this. */
export const timeWithinError = (model: ClockModel, errorNs: Ns, maxNs: Ns): Ns =>
  latest(maxNs, (waitNs) => boundNs(ahead(model, waitNs)) <= errorNs);

/** The clock's model `waitNs` ahead if nobody says anything until then. */
const ahead = (model: ClockModel, waitNs: Ns): ClockModel => extrapolate(model, model.at + BigInt(Math.round(waitNs)));

/** The latest instant up to `maxNs` at which it still holds, for what holds first and then no more. */
function latest(maxNs: Ns, holds: (waitNs: Ns) => boolean): Ns {
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
