import type { ClockId, Ns } from '../../../api/index.js';
import type { NoiseModel } from '../noise/noise.js';
import type { JointState } from '../state/joint-state.js';
import type { TrackFilter } from '../track-filter.js';
import type { ObservationDirection } from './outlier-history.js';

/**
 * Checks after each observation whether outliers that agree show a change, and resets what no longer holds. A shorter path
 * gives the track a new base delay; if one direction alone is shorter, the difference is taken off its legs. Returns true if
 * the whole track must restart with its next observation: its source was set, or its clock was stepped by another program.
 */
export function checkForReset(
  state: JointState,
  track: TrackFilter,
  noise: NoiseModel,
  direction: ObservationDirection,
  { residualNs }: { readonly residualNs: Ns },
): boolean {
  const { outliers } = track;
  if (noise === track.legNoise && residualNs > 0) {
    outliers.note(direction, residualNs);
    return false;
  }
  const { legNoise } = track;
  outliers.count(direction, residualNs, noise.outlierChance > 0.5 || (noise === legNoise && legNoise.isEarly));
  if (noise === legNoise && legNoise.isInEarlyMode) return false;
  const changed = outliers.changed(direction, track.delay !== undefined);
  if (changed === 'delay') {
    outliers.clear();
    legNoise?.forgetEarlyMode();
    state.forgetDelay(track);
  } else if (changed === 'direction' && direction !== 'phase') {
    legNoise?.forgetEarlyMode();
    track.route.shorten(direction, -outliers.meanNs(direction));
    state.noteRouteChange(track, (noise.sigma / 2) ** 2);
    state.shiftDelay(track, track.route.takeShared());
  } else if (changed === 'track') {
    outliers.isUnsettled = true;
    if (!track.isPassive) doubtClockIfMostRestarted(state, track.clock);
  }
  return changed === 'track';
}

/** If most tracks of a clock had to restart, the clock itself has changed: its slope may be anything again. */
function doubtClockIfMostRestarted({ layout, bank }: JointState, clock: ClockId): void {
  const tracks = layout.tracks.filter((track) => track.clock === clock && !track.isPassive);
  const unsettled = tracks.filter(({ outliers }) => outliers.isUnsettled);
  if (unsettled.length * 2 <= tracks.length) return;
  for (const { outliers } of unsettled) outliers.isUnsettled = false;
  bank.widenSlope(layout.slope(clock));
}
