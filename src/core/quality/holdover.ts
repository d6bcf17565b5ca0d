import { formatDuration, formatSpan, type Mode, type Ns } from '../../api/index.js';
import { boundNs, type ClockModel } from '../clocks/clock-model.js';
import { timeWithinError } from '../polling/information-gain.js';

/** Forecast of the system clock's bound if all sources fell silent now. */
export interface Holdover {
  /** The bound that is good enough. */
  readonly targetErrorNs: Ns;
  /** The present bound. */
  readonly boundNs: Ns;
  /** Time until the bound exceeds the target; 0 if it does, at most `HORIZON_NS`. */
  readonly lastsNs: Ns;
}

/** Longest forecast of an oscillator: 400 days. */
export const HORIZON_NS: Ns = 400 * 86_400e9;

/** The bound grows with the uncertainty of phase and rate and with the oscillator's wander. */
export const holdoverOf = (model: ClockModel, targetErrorNs: Ns): Holdover => ({
  targetErrorNs,
  boundNs: boundNs(model),
  lastsNs: timeWithinError(model, targetErrorNs, HORIZON_NS),
});

/** Returns the forecast as a sentence. */
export function describeHoldover({ targetErrorNs, boundNs, lastsNs }: Holdover, mode: Mode): string {
  const target = formatDuration(targetErrorNs);
  if (boundNs > targetErrorNs) return `The error bound is ${formatDuration(boundNs)}, above the target of ${target}.`;
  const isAlone = mode === 'holdover' || mode === 'unsynchronised';
  const premise = isAlone ? 'Unless a source comes back, the error bound will' : SILENCE;
  if (lastsNs >= HORIZON_NS) return `${premise} stay below ${target} for more than a year.`;
  return `${premise} exceed ${target} after about ${formatSpan(lastsNs)}.`;
}

const SILENCE = 'If all of them fell silent now, the error bound would';
