import type { ClockId } from '../../../api/index.js';
import type { TrackFilter } from '../track-filter.js';

/**
 * The index of each variable in the joint state: phases and delays of the tracks first, slopes of the clocks last. So
 * prediction (phase += slope · δ) is a shear upwards and keeps U triangular.
 */
export class StateLayout {
  readonly tracks: TrackFilter[] = [];
  readonly clocks: ClockId[] = [];
  /** Index of the first slope: the number of variables that tracks have. */
  firstSlope = 0;

  get size(): number {
    return this.firstSlope + this.clocks.length;
  }

  slope(clock: ClockId): number {
    return this.firstSlope + this.clocks.indexOf(clock);
  }

  /** Returns the index of the track's new phase. */
  addPhase(track: TrackFilter): number {
    track.phase = 0;
    this.assignIndices();
    return track.phase;
  }

  /** Returns the index of the track's new delay. */
  addDelay(track: TrackFilter): number {
    track.delay = 0;
    this.assignIndices();
    return track.delay;
  }

  /** Takes the variables of a track out of the layout. */
  removeVariables(track: TrackFilter): void {
    track.phase = undefined;
    track.delay = undefined;
    this.assignIndices();
  }

  private assignIndices(): void {
    let next = 0;
    for (const track of this.tracks) {
      if (track.phase !== undefined) track.phase = next++;
      if (track.delay !== undefined) track.delay = next++;
    }
    this.firstSlope = next;
  }
}
