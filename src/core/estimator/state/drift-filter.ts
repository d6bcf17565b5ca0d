import { hypot } from '../../arithmetic/hypot.js';
import type { TrackFilter } from '../track-filter.js';
import type { Drifts } from '../types.js';
import { FIRST_SLOPE_SIGMA_PPB, JointFilter } from './joint-filter.js';

/** Sigma of the drift of a source of which nothing is known, ppb (= ns/s): that of a free crystal. */
export const UNKNOWN_DRIFT_PPB = 5e4;
/**
 * Random walk of a drift, (ns/s)² per second. A drift that begins is learnt within the time in which the walk becomes as large
 * as the noise: a quarter of an hour where one comparison is exact to 20 µs.
 */
const DRIFT_WALK = 5e-3;
/** An observation this many sigmas away from its prediction, and twice as far as from that of another filter, was missed. */
const MISSED_SIGMAS = 6;

/**
 * The joint filter of which each track has one variable more: the drift d of its source's time, so that y grows with f + d. It
 * asserts nothing: all drifts and the clock's slope are known up to a common rate, and only the differences between the
 * tracks' drifts mean anything. The wander of the clock, which all tracks see alike, is not in them, so that they are learnt
 * far better than the rate of any track by itself. The drifts come after the slopes, in the order of the layout's tracks.
 */
export class DriftFilter extends JointFilter {
  addTrack({ versus }: TrackFilter): void {
    this.insert(this.covariance.size, 0, versus === undefined ? UNKNOWN_DRIFT_PPB ** 2 : 0);
  }

  /** Must be called after the other variables of the track were removed, and before the track is. */
  removeTrack(track: TrackFilter): void {
    this.remove(this.indexOf(track));
  }

  override predict(seconds: number): void {
    const { layout, x, covariance } = this;
    for (let i = 0; i < layout.tracks.length; i++) {
      const { phase, versus } = layout.tracks[i]!;
      if (phase === undefined || versus !== undefined) continue;
      const drift = layout.size + i;
      x[phase] = x[phase]! + seconds * x[drift]!;
      covariance.shear(phase, drift, seconds);
    }
    super.predict(seconds);
  }

  /** Adds the random walk of a track's drift over `seconds`. */
  walk(track: TrackFilter, seconds: number): void {
    if (track.versus === undefined) this.covariance.addVariance(this.indexOf(track), DRIFT_WALK * seconds);
  }

  drifts(tracks: readonly TrackFilter[]): Drifts {
    const indices = tracks.map((track) => this.indexOf(track));
    const covariance = indices.map(() => new Float64Array(indices.length));
    for (let i = 0; i < indices.length; i++) {
      for (let j = 0; j <= i; j++) {
        const shared = this.covariance.covariance(indices[i]!, indices[j]!);
        covariance[i]![j] = shared;
        covariance[j]![i] = shared;
      }
    }
    return { ppb: indices.map((index) => this.x[index]!), covariance };
  }

  /**
   * Returns true if the last observation, with this noise, contradicts this filter and not the other one. It is a single
   * filter: after a frequency step of the clock it takes the right observations for outliers, and nothing would bring it back.
   */
  hasMissed({ residual }: JointFilter, noise: { readonly sigma: number }): boolean {
    const own = Math.abs(this.residual);
    return Math.abs(residual) < own / 2 && own > MISSED_SIGMAS * hypot(Math.sqrt(this.variance), noise.sigma);
  }

  /** Goes on with a track from the state of another filter. The clock's rate is open; the differences of the drifts stay. */
  rejoin(track: TrackFilter, { x, covariance }: JointFilter): void {
    const { clock, versus, phase, delay } = track;
    for (const at of [phase, delay]) {
      if (at === undefined) continue;
      this.x[at] = x[at]!;
      this.covariance.makeIndependent(at, covariance.variance(at));
    }
    const slope = this.layout.slope(clock);
    if (versus === undefined) this.x[slope] = x[slope]! - this.x[this.indexOf(track)]!;
    this.covariance.addVariance(slope, FIRST_SLOPE_SIGMA_PPB ** 2);
  }

  /** Returns the state if these tracks do not drift: without drifts, laid out like a member of the wander bank. */
  withoutDrift(tracks: readonly TrackFilter[]): JointFilter {
    const copy = new JointFilter(this.layout, this.x.length);
    copy.copyFrom(this);
    for (const track of tracks) copy.assertZero(this.indexOf(track));
    while (copy.covariance.size > this.layout.size) copy.remove(copy.covariance.size - 1);
    return copy;
  }

  private indexOf(track: TrackFilter): number {
    return this.layout.size + this.layout.tracks.indexOf(track);
  }
}
