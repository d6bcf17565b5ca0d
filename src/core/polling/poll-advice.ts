import type { ClockId, Ns } from '../../api/index.js';
import type { Clock } from '../clocks/clock.js';
import { statusOf } from '../selection/reasons.js';
import type { Source, SourceTrack } from '../tracks/source.js';
import { timeUntilInformative, timeWithinError } from './information-gain.js';

export interface PollContext {
  readonly clocks: ReadonlyMap<ClockId, Clock>;
  /** Reachable sources carry the estimate. */
  readonly carried: boolean;
  /** The error that the operator promises to clients (`target-error`), ns. */
  readonly targetErrorNs: Ns | undefined;
  readonly minNs: Ns;
  readonly maxNs: Ns;
}

/** Greatest factor by which an interval grows at once: the first long one comes after shorter ones have proved it. */
const GROWTH = 2;

/**
 * Returns the time that a source may wait until its next request, `minNs`..`maxNs`. It is the least while no source carries the
 * estimate or this one is being learnt, the greatest for a source that is not followed. Otherwise the next request comes when
 * its answer is worth it, or when the promised error would be exceeded.
 */
export function pollAdvice(source: Source | undefined, context: PollContext): Ns {
  const { carried, minNs, maxNs } = context;
  if (source === undefined || !carried || minNs >= maxNs) return minNs;
  const { state } = statusOf(source);
  if (state === 'rejected' || state === 'disabled') return maxNs;
  const track = [...source.tracks.values()].reduce<SourceTrack | undefined>(newer, undefined);
  if (track === undefined || state === 'warming' || state === 'unreachable') return minNs;
  const longestNs = Math.max(minNs, Math.min(maxNs, GROWTH * track.cadence.intervalNs));
  return Math.max(minNs, usefulWaitNs(track, longestNs, context));
}

function usefulWaitNs(track: SourceTrack, longestNs: Ns, { clocks, targetErrorNs }: PollContext): Ns {
  const model = clocks.get(track.clock)?.model;
  const answerNs = track.answerNoise.ns;
  if (model === undefined || answerNs === undefined) return 0;
  // If the sources' own distance exceeds the promised error, no request can keep the promise.
  if (targetErrorNs !== undefined && model.distanceNs < targetErrorNs)
    return timeWithinError(model, targetErrorNs, longestNs);
  return timeUntilInformative(model, answerNs, longestNs);
}

const newer = (a: SourceTrack | undefined, b: SourceTrack): SourceTrack =>
  a === undefined || b.cadence.last > a.cadence.last ? b : a;
