import type { ClockId, Ns } from '../../api/index.js';
import type { Clock } from '../clocks/clock.js';
import { statusOf } from '../selection/reasons.js';
import type { Source, SourceTrack } from '../tracks/source.js';
import { timeUntilInformative, timeWithinError } from './information-gain.js';

/** What the time until the next question depends on beside the source itself. */
export interface PollContext {
  readonly clocks: ReadonlyMap<ClockId, Clock>;
  /** Living sources carry the estimate. */
  readonly carried: boolean;
  /** The error that the operator promises to others. */
  readonly targetErrorNs: Ns | undefined;
  readonly minNs: Ns;
  readonly maxNs: Ns;
}

/** An interval never more than doubles at once: the first long one comes when shorter ones have borne it out. */
const GROWTH = 2;

/**
 * How long a source may wait before it asks again, `minNs`..`maxNs`. While there is no time to be told, or the source is
 * being learnt, every answer counts; one that is not followed may wait; one that is asks when its answer is worth it, or
 * when the promise would otherwise be broken.
 */
export function pollAdvice(source: Source | undefined, asking: PollContext): Ns {
  const { carried, minNs, maxNs } = asking;
  if (source === undefined || !carried || minNs >= maxNs) return minNs;
  const { state } = statusOf(source);
  if (state === 'rejected' || state === 'disabled') return maxNs;
  const track = [...source.tracks.values()].reduce<SourceTrack | undefined>(newer, undefined);
  if (track === undefined || state === 'warming' || state === 'unreachable') return minNs;
  const longestNs = Math.max(minNs, Math.min(maxNs, GROWTH * track.intervalNs));
  return Math.max(minNs, needed(track, longestNs, asking));
}

function needed(track: SourceTrack, longestNs: Ns, { clocks, targetErrorNs }: PollContext): Ns {
  const model = clocks.get(track.clock)?.model;
  if (model === undefined || track.answerNs === undefined) return 0;
  // A promise that the sources' own distance breaks already is kept by no question.
  if (targetErrorNs !== undefined && model.distanceNs < targetErrorNs)
    return timeWithinError(model, targetErrorNs, longestNs);
  return timeUntilInformative(model, track.answerNs, longestNs);
}

const newer = (a: SourceTrack | undefined, b: SourceTrack): SourceTrack => (a === undefined || b.last > a.last ? b : a);
