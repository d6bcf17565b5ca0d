import type { ClockId, Ns } from '../../../api/index.js';
import type { NoiseModel } from '../noise/noise.js';
import type { JointState } from '../state/joint-state.js';
import type { TrackFilter } from '../track-filter.js';
import { noOutliers, type ObservationDirection, type OutlierCount } from './outlier-count.js';

/** So many strays in a row that agree are no strays. */
const STRAYS = 4;
/** So many, where the other way has not been heard since the first. */
const STRAYS_UNHEARD = 32;
/** So many good observations in a row after a new beginning, and it is forgotten. */
const CALM = 8;

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
  const mine = track.strays[way];
  mine.lastNs = residualNs;
  if (noise === track.legs && residualNs > 0) return;
  count(track, mine, noise.stray > 0.5);
  if (mine.count > 0) judge(state, track, way);
}

function judge(state: JointState, track: TrackFilter, way: ObservationDirection): void {
  const mine = track.strays[way];
  if (way === 'phase' || track.delay < 0) {
    if (mine.count >= STRAYS) giveUp(state, track);
    return;
  }
  const other = track.strays[way === 'outbound' ? 'inbound' : 'outbound'];
  if (isShorter(mine, other)) shorten(state, track);
  else if (mine.count >= (Number.isNaN(other.lastNs) ? STRAYS_UNHEARD : STRAYS)) giveUp(state, track);
  if (mine.count === 1) other.lastNs = Number.NaN;
}

function count(track: TrackFilter, mine: OutlierCount, stray: boolean): void {
  if (stray) mine.count = agrees(mine.lastNs, mine.strayNs) ? mine.count + 1 : 1;
  else mine.count = 0;
  mine.strayNs = mine.lastNs;
  track.calm = stray ? 0 : track.calm + 1;
  if (track.calm > CALM) track.restarted = false;
}

function giveUp(state: JointState, track: TrackFilter): void {
  track.anew = true;
  track.restarted = true;
  if (!track.outvoted) blameClock(state, track.clock);
}

/** A step stays where it is, a drift grows steadily; noise does neither. */
const agrees = (residualNs: Ns, beforeNs: Ns): boolean => residualNs / beforeNs > 0.4 && residualNs / beforeNs < 2.5;

/**
 * Early legs of one way are due to the clock only if the other way is late by as much: the round trip knows nothing of
 * clocks. Early both ways, one round trip is enough; early one way, the other must have kept its time meanwhile.
 */
function isShorter(mine: OutlierCount, other: OutlierCount): boolean {
  if (other.count > 0 && agrees(mine.strayNs, other.strayNs)) return true;
  return mine.count >= STRAYS && Math.abs(other.lastNs) < Math.abs(mine.strayNs) / 2;
}

/** The base delay may be anything again. The phase stays: what is early one way only is bias, and no data can tell it. */
function shorten(state: JointState, track: TrackFilter): void {
  track.strays = noOutliers();
  state.reopenDelay(track);
}

/** When most tracks have to begin anew, it was the clock: its slope may be anything again. */
function blameClock({ layout, bank }: JointState, clock: ClockId): void {
  const tracks = layout.tracks.filter((track) => track.clock === clock && !track.outvoted);
  const restarted = tracks.filter((track) => track.restarted);
  if (restarted.length * 2 <= tracks.length) return;
  for (const track of restarted) track.restarted = false;
  bank.reopen(layout.slope(clock));
}
