import { formatDuration, formatSpan, type Mode, type Ns } from '../../api/index.js';
import { boundNs, type ClockModel } from '../clocks/clock-model.js';
import { timeWithinError } from '../polling/information-gain.js';

/** How long the time would stay good enough if nobody said anything from now on. */
export interface Holdover {
  /** Good enough: the bound is below this. */
  readonly targetErrorNs: Ns;
  /** The bound of this moment. */
  readonly boundNs: Ns;
  /** Until the bound passes the target; 0 when it has, at most `HORIZON_NS`. */
  readonly lastsNs: Ns;
}

/** No oscillator is foreseen further: 400 days. */
export const HORIZON_NS: Ns = 400 * 86_400e9;

/** From a clock's model: its bound grows with the doubt about phase and rate and with the oscillator's wander. */
export const holdoverOf = (model: ClockModel, targetErrorNs: Ns): Holdover => ({
  targetErrorNs,
  boundNs: boundNs(model),
  lastsNs: timeWithinError(model, targetErrorNs, HORIZON_NS),
});

/** The same in a sentence. */
export function describeHoldover({ targetErrorNs, boundNs, lastsNs }: Holdover, mode: Mode): string {
  const target = formatDuration(targetErrorNs);
  if (boundNs > targetErrorNs) return `The error bound is ${formatDuration(boundNs)}, above the target of ${target}.`;
  const isAlone = mode === 'holdover' || mode === 'unsynchronised';
  const premise = isAlone ? 'Unless a source comes back, the error bound will' : SILENCE;
  if (lastsNs >= HORIZON_NS) return `${premise} stay below ${target} for more than a year.`;
  return `${premise} pass ${target} after about ${formatSpan(lastsNs)}.`;
}

const SILENCE = 'If all of them fell silent now, the error bound would';
