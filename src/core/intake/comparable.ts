import type { ClockId, Observation, Timescale } from '../../api/index.js';
import { type Clock, isAcrossJump } from '../clocks/clock.js';
import { scaleDifferenceNs, shiftReference } from '../clocks/timescale.js';
import type { SourceOptions } from '../engine/input.js';
import { implausibleDate } from './implausible-date.js';

export interface ComparisonContext {
  readonly clocks: ReadonlyMap<ClockId, Clock>;
  readonly options: SourceOptions;
  readonly taiMinusUtc: number;
}

/**
 * Returns an observation on its clock's timescale, with the operator's correction. The estimator itself accounts for steps
 * since the stamp. Undefined if the observation says nothing about the time.
 */
export function comparable(observation: Observation, context: ComparisonContext): Observation | undefined {
  const clock = context.clocks.get(observation.clock);
  if (clock === undefined) return undefined;
  if (observation.kind === 'rate') return observation;
  const other = otherClockOf(observation, context);
  if (other === null || isAcrossJump(clock, observation)) return undefined;
  if (other !== undefined && isAcrossJump(other, observation)) return undefined;
  const scalesNs = between(clock.scale, other?.scale ?? observation.scale ?? 'utc', context.taiMinusUtc);
  if (scalesNs === undefined) return undefined;
  return shiftReference(observation, scalesNs + (other === undefined ? context.options.offsetNs : 0));
}

const ARBITRARY =
  'its timescale is arbitrary, so it has rate and phase but no time of day and is not used: ' +
  'if it sends UTC (as ptp4l with software stamps does), set timescale = "utc"';

/**
 * Returns why an observation must not reach the estimator: its source has no time of day, or a wrong date. `usable`: the
 * result of `comparable`. `builtAt`: no earlier date is today's; undefined: every date is accepted.
 */
export function refusalOf(
  observation: Observation,
  usable: Observation | undefined,
  clock: Clock | undefined,
  builtAt: bigint | undefined,
): string | undefined {
  if (usable === undefined) return observation.scale === 'arb' ? ARBITRARY : undefined;
  return builtAt === undefined ? undefined : implausibleDate(usable, clock, builtAt);
}

/** Returns the other clock of a comparison of two; null if it is not known. */
function otherClockOf(observation: Observation, { clocks }: ComparisonContext): Clock | undefined | null {
  if (observation.kind !== 'reading' || observation.versus === undefined) return undefined;
  return clocks.get(observation.versus) ?? null;
}

const between = (clock: Timescale, reference: Timescale, taiMinusUtc: number): number | undefined => {
  if (clock === reference) return 0;
  return clock === 'arb' || reference === 'arb' ? undefined : scaleDifferenceNs(clock, reference, taiMinusUtc);
};
