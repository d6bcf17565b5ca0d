import type { ClockId } from '../../../api/index.js';
import type { MixtureMoments, Prediction } from '../noise/noise.js';
import type { TrackFilter } from '../track-filter.js';
import { Covariance } from './covariance.js';
import type { StateLayout } from './layout.js';
import { ObservationRow } from './observation-row.js';

/** Sigma of a slope of which nothing is known: an oscillator is within this of its nominal frequency, ppb (= ns/s). */
export const FIRST_SLOPE_SIGMA_PPB = 1e5;
/** Share of its variance that a variable keeps when it is asserted to be zero: zero itself would be singular. */
const ASSERTION_SHARE = 1e-12;

/** The joint Gaussian of all phases, delays and slopes for one hypothesis of the oscillators' wanders. */
export class JointFilter implements Prediction {
  x: Float64Array;
  readonly covariance: Covariance;
  /** Wander of each clock in the layout's order, (ns/s)² per second. */
  readonly wanders: number[] = [];
  /** Observed − predicted, and the variance of the prediction, for the observation that was last projected. */
  residual = 0;
  variance = 0;
  protected readonly layout: StateLayout;
  private work: Float64Array;

  constructor(layout: StateLayout, capacity = 16) {
    this.layout = layout;
    this.x = new Float64Array(capacity);
    this.work = new Float64Array(capacity);
    this.covariance = new Covariance(capacity);
  }

  insert(at: number, mean: number, variance: number): void {
    const size = this.covariance.size;
    if (size === this.x.length) {
      const longer = new Float64Array(size * 2);
      longer.set(this.x);
      this.x = longer;
      this.work = new Float64Array(size * 2);
    }
    this.x.copyWithin(at + 1, at, size);
    this.x[at] = mean;
    this.covariance.insert(at, variance);
  }

  insertSlope(at: number): void {
    this.insert(at, 0, FIRST_SLOPE_SIGMA_PPB ** 2);
  }

  remove(at: number): void {
    this.x.copyWithin(at, at + 1, this.covariance.size);
    this.covariance.remove(at);
  }

  predict(seconds: number): void {
    const { layout, x, covariance } = this;
    for (const { phase, clock, versus } of layout.tracks) {
      if (phase === undefined) continue;
      const slope = layout.slope(clock);
      x[phase] = x[phase]! + seconds * x[slope]!;
      covariance.shear(phase, slope, seconds);
      if (versus === undefined) continue;
      const other = layout.slope(versus);
      x[phase] = x[phase]! - seconds * x[other]!;
      covariance.shear(phase, other, -seconds);
    }
    // Q = qδ·(f + θ·δ/2)(…)ᵀ + qδ³/12·θθᵀ: the integrated random walk of each slope as two rank-one terms.
    for (let c = 0; c < layout.clocks.length; c++) {
      const clock = layout.clocks[c]!;
      const wander = this.wanders[c]!;
      this.setPhaseSteps(clock, seconds / 2);
      this.work[layout.firstSlope + c] = 1;
      covariance.addOuter(wander * seconds, this.work, layout.firstSlope + c);
      this.setPhaseSteps(clock, 1);
      covariance.addOuter((wander * seconds ** 3) / 12, this.work, layout.firstSlope + c);
    }
  }

  /** Changes a clock's θ, ns, and its slope, ns/s, by known amounts. */
  applyControl(clock: ClockId, phase: number, slope: number): void {
    const { layout, x } = this;
    const at = layout.slope(clock);
    x[at] = x[at]! + slope;
    for (const track of layout.tracks) {
      if (track.phase === undefined) continue;
      if (track.clock === clock) x[track.phase] = x[track.phase]! + phase;
      else if (track.versus === clock) x[track.phase] = x[track.phase]! - phase;
    }
  }

  copyFrom(other: JointFilter): void {
    this.x.set(other.x);
    this.covariance.copyFrom(other.covariance);
  }

  /** Takes over the state of a filter with the same variables, whatever its capacity. */
  adopt({ x, covariance }: JointFilter): void {
    for (let i = 0; i < covariance.size; i++) this.x[i] = x[i]!;
    this.covariance.adopt(covariance);
  }

  /** Conditions on one variable being zero. */
  assertZero(at: number): void {
    const row = new ObservationRow().add(at, 1);
    const variance = this.covariance.project(row);
    if (!(variance > 0)) return;
    const factor = -this.x[at]! / variance;
    this.covariance.condition(variance * ASSERTION_SHARE);
    for (let i = 0; i < this.covariance.size; i++) this.x[i] = this.x[i]! + this.covariance.gain[i]! * factor;
  }

  /** Predicts an observation `value` of h·x: sets `residual` and `variance`. */
  project(row: ObservationRow, value: number): void {
    this.residual = value - row.dot(this.x);
    this.variance = this.covariance.project(row);
  }

  /** Gives h·x, as last projected, the moments that the observation leaves it, and moves all variables with it. */
  update(moments: MixtureMoments): void {
    const factor = this.condition(moments);
    const { x, covariance } = this;
    for (let i = 0; i < covariance.size; i++) x[i] = x[i]! + covariance.gain[i]! * factor;
  }

  /**
   * Does the same, but moves only the track's own variables: a Schmidt-Kalman update. The variance that the update took
   * from the other variables is given back.
   */
  updateOwnVariables(moments: MixtureMoments, { phase, delay }: TrackFilter): void {
    const factor = this.condition(moments);
    const { x, covariance, variance, work } = this;
    const { gain, size } = covariance;
    for (let i = 0; i < size; i++) work[i] = gain[i]!;
    if (phase !== undefined) {
      x[phase] = x[phase]! + gain[phase]! * factor;
      work[phase] = 0;
    }
    if (delay !== undefined) {
      x[delay] = x[delay]! + gain[delay]! * factor;
      work[delay] = 0;
    }
    const taken = (variance - moments.variance) / variance ** 2;
    if (taken > 0) covariance.addOuter(taken, work, size - 1);
  }

  /** Conditions the covariance, and returns the factor by which its `gain` moves the mean. */
  private condition(moments: MixtureMoments): number {
    const { variance, covariance } = this;
    const kept = moments.variance / variance;
    if (kept < 1 - 1e-12) covariance.condition((variance * Math.max(kept, 1e-12)) / (1 - kept));
    else covariance.computeGain();
    return variance > 0 ? moments.shift / variance : 0;
  }

  /** Sets `work` to `amount` for each phase of the clock, and to zero elsewhere. */
  private setPhaseSteps(clock: ClockId, amount: number): void {
    this.work.fill(0, 0, this.layout.size);
    for (const track of this.layout.tracks) {
      if (track.phase === undefined) continue;
      if (track.clock === clock) this.work[track.phase] = amount;
      else if (track.versus === clock) this.work[track.phase] = -amount;
    }
  }
}
