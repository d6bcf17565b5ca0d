import type { ClockId, Observation, Timescale } from '../api/index.js';
import { type Clock, isAcrossJump } from './clock/clock.js';
import { scaleDifferenceNs, shiftReference } from './clock/timescale.js';
import type { SourceOptions } from './input.js';

export interface IntakeContext {
  readonly clocks: ReadonlyMap<ClockId, Clock>;
  readonly options: SourceOptions;
  readonly taiMinusUtc: number;
}

/**
 * Makes an observation comparable with all others: on its clock's timescale and with the operator's correction. (Steps
 * since its stamp are the estimator's business, as its other controls are.) Undefined when it says nothing about the time.
 */
export function comparable(observation: Observation, context: IntakeContext): Observation | undefined {
  const clock = context.clocks.get(observation.clock);
  if (clock === undefined) return undefined;
  if (observation.kind === 'rate') return observation;
  const other = versusOf(observation, context);
  if (other === null || isAcrossJump(clock, observation)) return undefined;
  if (other !== undefined && isAcrossJump(other, observation)) return undefined;
  const scalesNs = between(clock.scale, other?.scale ?? observation.scale ?? 'utc', context.taiMinusUtc);
  if (scalesNs === undefined) return undefined;
  return shiftReference(observation, scalesNs + (other === undefined ? context.options.offsetNs : 0));
}

/** The other clock of a comparison; null when nobody knows it. */
function versusOf(observation: Observation, { clocks }: IntakeContext): Clock | undefined | null {
  if (observation.kind !== 'reading' || observation.versus === undefined) return undefined;
  return clocks.get(observation.versus) ?? null;
}

const between = (clock: Timescale, reference: Timescale, taiMinusUtc: number): number | undefined => {
  if (clock === reference) return 0;
  return clock === 'arb' || reference === 'arb' ? undefined : scaleDifferenceNs(clock, reference, taiMinusUtc);
};
