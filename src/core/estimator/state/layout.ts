import type { ClockId } from '../../../api/index.js';
import type { TrackFilter } from '../track-filter.js';

/**
 * Where each variable stands in the joint state: the tracks' phases and delays first, the clocks' slopes last, so that
 * prediction (phase += slope · δ) is a shear upwards and keeps U triangular.
 */
export class StateLayout {
  readonly tracks: TrackFilter[] = [];
  readonly clocks: ClockId[] = [];
  /** Variables of tracks: the index of the first slope. */
  firstSlope = 0;

  get size(): number {
    return this.firstSlope + this.clocks.length;
  }

  slope(clock: ClockId): number {
    return this.firstSlope + this.clocks.indexOf(clock);
  }

  /** Assigns the indices anew after a track got or lost a variable (≥ 0: it has one). */
  assignIndices(): void {
    let next = 0;
    for (const track of this.tracks) {
      if (track.phase >= 0) track.phase = next++;
      if (track.delay >= 0) track.delay = next++;
    }
    this.firstSlope = next;
  }
}
