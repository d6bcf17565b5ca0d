import type { ClockId, Instant, Observation, Timescale } from '../../api/index.js';
import { type Clock, isAcrossJump } from '../clocks/clock.js';
import { scaleDifferenceNs, shiftReference } from '../clocks/timescale.js';
import type { SourceOptions } from '../engine/input.js';
import type { SourceTrack } from '../tracks/source.js';
import { implausibleDate } from './implausible-date.js';

export interface ComparisonContext {
  readonly clocks: ReadonlyMap<ClockId, Clock>;
  readonly options: SourceOptions;
  readonly taiMinusUtc: number;
}

/**
 * Makes an observation comparable with all others: on its clock's timescale and with the operator's correction. (Steps
 * since its stamp are the estimator's business, as its other controls are.) Undefined when it says nothing about the time.
 */
export function comparable(observation: Observation, context: ComparisonContext): Observation | undefined {
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

export interface Offered {
  readonly observation: Observation;
  /** The same as it would be handed to the estimator; undefined when it cannot be. */
  readonly usable: Observation | undefined;
  readonly clock: Clock | undefined;
  readonly builtAt: Instant | undefined;
}

const ARBITRARY =
  'its timescale is arbitrary: it has rate and phase, but no time of day, so it is not used; ' +
  'if it sends UTC (as ptp4l with software stamps does), set timescale = "utc"';
/** An admitted track is let go after this many in a row: one odd stamp is dropped, and that is all. */
const REFUSALS_TO_RELEASE = 4;

/**
 * Decides whether an observation must not reach the estimator, since its source has no time of day or not that of today, and
 * notes on the track why. A track whose date becomes right is learnt like a new one.
 */
export function refuses(track: SourceTrack, { observation, usable, clock, builtAt }: Offered): boolean {
  if (observation.kind === 'rate') return false;
  const isArbitrary = usable === undefined && observation.scale === 'arb';
  const date = usable === undefined || builtAt === undefined ? '' : implausibleDate(usable, clock, builtAt);
  const refusal = isArbitrary ? ARBITRARY : date;
  track.refused = refusal === '' ? 0 : track.refused + 1;
  if (refusal === '') track.refusal = '';
  else if (track.admittedNs === undefined || track.refused >= REFUSALS_TO_RELEASE) track.refusal = refusal;
  if (track.refusal !== '') track.updates = 0;
  return refusal !== '';
}

/** The other clock of a comparison; null when nobody knows it. */
function versusOf(observation: Observation, { clocks }: ComparisonContext): Clock | undefined | null {
  if (observation.kind !== 'reading' || observation.versus === undefined) return undefined;
  return clocks.get(observation.versus) ?? null;
}

const between = (clock: Timescale, reference: Timescale, taiMinusUtc: number): number | undefined => {
  if (clock === reference) return 0;
  return clock === 'arb' || reference === 'arb' ? undefined : scaleDifferenceNs(clock, reference, taiMinusUtc);
};
