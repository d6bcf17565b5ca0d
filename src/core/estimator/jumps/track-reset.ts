import type { ClockId, Ns } from '../../../api/index.js';
import type { NoiseModel } from '../noise/noise.js';
import type { JointState } from '../state/joint-state.js';
import type { TrackFilter } from '../track-filter.js';
import { noOutliers, type ObservationDirection, type OutlierCount } from './outlier-count.js';

/** So many strays in a row that agree are no strays. */
const OUTLIERS_TO_RESET = 4;
/** So many, where the other way has not been heard since the first. */
const OUTLIERS_TO_RESET_ONE_WAY = 32;
/** So many good observations in a row after a new beginning, and it is forgotten. */
const REGULAR_TO_FORGET = 8;

/**
 * After each observation: what cannot be, again and again, is. The source was set, the clock was stepped by somebody: the
 * track begins anew with its next observation, its noise stays known. Its route got shorter: the base delay does. A late
 * leg is no such thing.
 */
export function checkForReset(
  state: JointState,
  track: TrackFilter,
  noise: NoiseModel,
  way: ObservationDirection,
  residualNs: Ns,
): void {
  const mine = track.outliers[way];
  mine.lastNs = residualNs;
  if (noise === track.legNoise && residualNs > 0) return;
  countOutlier(track, mine, noise.outlierChance > 0.5);
  if (mine.count > 0) resetIfDue(state, track, way);
}

function resetIfDue(state: JointState, track: TrackFilter, way: ObservationDirection): void {
  const mine = track.outliers[way];
  if (way === 'phase' || track.delay < 0) {
    if (mine.count >= OUTLIERS_TO_RESET) restartTrack(state, track);
    return;
  }
  const other = track.outliers[way === 'outbound' ? 'inbound' : 'outbound'];
  if (isDelayShorter(mine, other)) restartDelay(state, track);
  else if (mine.count >= (Number.isNaN(other.lastNs) ? OUTLIERS_TO_RESET_ONE_WAY : OUTLIERS_TO_RESET))
    restartTrack(state, track);
  if (mine.count === 1) other.lastNs = Number.NaN;
}

function countOutlier(track: TrackFilter, mine: OutlierCount, stray: boolean): void {
  if (stray) mine.count = agrees(mine.lastNs, mine.outlierNs) ? mine.count + 1 : 1;
  else mine.count = 0;
  mine.outlierNs = mine.lastNs;
  track.regularCount = stray ? 0 : track.regularCount + 1;
  if (track.regularCount > REGULAR_TO_FORGET) track.restartedLately = false;
}

function restartTrack(state: JointState, track: TrackFilter): void {
  track.restartPending = true;
  track.restartedLately = true;
  if (!track.isPassive) doubtClockIfMostRestarted(state, track.clock);
}

/** A step stays where it is, a drift grows steadily; noise does neither. */
const agrees = (residualNs: Ns, beforeNs: Ns): boolean => residualNs / beforeNs > 0.4 && residualNs / beforeNs < 2.5;

/**
 * Early legs of one way are due to the clock only if the other way is late by as much: the round trip knows nothing of
 * clocks. Early both ways, one round trip is enough; early one way, the other must have kept its time meanwhile.
 */
function isDelayShorter(mine: OutlierCount, other: OutlierCount): boolean {
  if (other.count > 0 && agrees(mine.outlierNs, other.outlierNs)) return true;
  return mine.count >= OUTLIERS_TO_RESET && Math.abs(other.lastNs) < Math.abs(mine.outlierNs) / 2;
}

/** The base delay may be anything again. The phase stays: what is early one way only is bias, and no data can tell it. */
function restartDelay(state: JointState, track: TrackFilter): void {
  track.outliers = noOutliers();
  state.forgetDelay(track);
}

/** When most tracks have to begin anew, it was the clock: its slope may be anything again. */
function doubtClockIfMostRestarted({ layout, bank }: JointState, clock: ClockId): void {
  const tracks = layout.tracks.filter((track) => track.clock === clock && !track.isPassive);
  const restarted = tracks.filter((track) => track.restartedLately);
  if (restarted.length * 2 <= tracks.length) return;
  for (const track of restarted) track.restartedLately = false;
  bank.widenSlope(layout.slope(clock));
}
