import type { ClockId } from '../../api/index.js';
import { FIRST_SLOPE_SIGMA, JointFilter } from './joint-filter.js';
import type { Layout } from './layout.js';
import { Moments, type Noise } from './noise.js';
import type { Row } from './row.js';
import type { Track } from './track.js';

/** Hypotheses of wander, (ns/s)² per second: 1e-22 … 1e-14 (s/s)²/s, from a rubidium to a cheap crystal in a draught. */
const WANDERS = [1e-4, 1e-3, 1e-2, 1e-1, 1, 1e1, 1e2, 1e3, 1e4];
/** Probability, per observation, that the oscillator has changed its ways: what makes recovery from a step fast. */
const SWITCHING = 0.001;
const LEAST = 1e-9;
/**
 * A member of less weight has lost its way (the oscillator jumped, and it took the news for outliers): it goes on from
 * where the best one is. Not for the sake of one clock while it still counts for another.
 */
const LOST = 1e-7;
const COUNTS_ELSEWHERE = 0.02;
const RECALLED = 0.02;

export interface Estimate {
  readonly mean: number;
  readonly variance: number;
}

/** One joint filter for each hypothesis of wander, weighed for each clock by how well they predicted. */
export class WanderBank {
  readonly members: readonly JointFilter[];
  private readonly layout: Layout;
  private readonly weights = new Map<ClockId, Float64Array>();
  private readonly likelihood: Float64Array;
  private readonly posterior: readonly Moments[];

  constructor(layout: Layout, wanders: readonly number[] = WANDERS) {
    this.layout = layout;
    this.members = wanders.map((wander) => new JointFilter(wander, layout));
    this.posterior = wanders.map(() => new Moments());
    this.likelihood = new Float64Array(wanders.length);
  }

  addClock(clock: ClockId): void {
    const count = this.members.length;
    this.weights.set(clock, new Float64Array(count).fill(1 / count));
    this.layout.clocks.push(clock);
    for (const member of this.members) member.insertSlope(this.layout.size - 1);
  }

  weightsOf(clock: ClockId): Float64Array {
    return this.weights.get(clock)!;
  }

  /** Mean of h·x over the members. */
  mean(clock: ClockId, row: Row): number {
    const weights = this.weightsOf(clock);
    let sum = 0;
    for (let k = 0; k < this.members.length; k++) sum += weights[k]! * row.dot(this.members[k]!.x);
    return sum;
  }

  /** Mean and variance of h·x over the members. */
  estimate(clock: ClockId, row: Row): Estimate {
    const weights = this.weightsOf(clock);
    const mean = this.mean(clock, row);
    let variance = 0;
    this.members.forEach((member, k) => {
      member.project(row);
      variance += weights[k]! * (member.variance + (member.mean - mean) ** 2);
    });
    return { mean, variance };
  }

  /** Mean wander, (ns/s)² per second. */
  wander(clock: ClockId): number {
    const weights = this.weightsOf(clock);
    return this.members.reduce((sum, member, k) => sum + weights[k]! * member.wander, 0);
  }

  insert(at: number, mean: number, variance: number): void {
    for (const member of this.members) member.insert(at, mean, variance);
  }

  remove(at: number): void {
    for (const member of this.members) member.remove(at);
  }

  addVariance(at: number, variance: number): void {
    for (const member of this.members) member.covariance.addVariance(at, variance);
  }

  /** Moves one variable's mean. */
  shift(at: number, by: number): void {
    for (const { x } of this.members) x[at] = x[at]! + by;
  }

  /** A slope may be anything again. */
  reopen(slope: number): void {
    this.addVariance(slope, FIRST_SLOPE_SIGMA ** 2);
  }

  /** A slope wandered unseen for `seconds`, and by `variance` for another reason. */
  rest(slope: number, seconds: number, variance: number): void {
    for (const { covariance, wander } of this.members) covariance.addVariance(slope, wander * seconds + variance);
  }

  /** Variable `i` contains variable `j` from now on, `factor` times. */
  shear(i: number, j: number, factor: number): void {
    for (const member of this.members) member.covariance.shear(i, j, factor);
  }

  /** A clock was set: its θ and its slope change by this much. */
  control(clock: ClockId, phase: number, slope: number): void {
    for (const member of this.members) member.control(clock, phase, slope);
  }

  predict(seconds: number): void {
    for (const member of this.members) member.predict(seconds);
  }

  /** One observation `value` of h·x through all members; returns the variance that was predicted for h·x. */
  absorb(track: Track, row: Row, value: number, noise: Noise, floor: number): number {
    const weights = this.weightsOf(track.clock);
    noise.lead = heaviest(weights);
    let predicted = 0;
    for (let k = 0; k < this.members.length; k++) {
      const member = this.members[k]!;
      const moments = this.posterior[k]!;
      member.project(row);
      noise.weigh(value - member.mean, member.variance, floor, k, moments);
      this.likelihood[k] = moments.logLikelihood;
      predicted += weights[k]! * member.variance;
      if (track.outvoted) member.absorbAside(moments, track);
      else member.absorb(moments);
    }
    if (!track.outvoted) this.judge(track);
    for (let k = 0; k < this.members.length; k++) noise.learn(k, weights[k]!);
    noise.settle();
    return predicted;
  }

  private judge({ clock, versus }: Track): void {
    this.reweigh(this.weightsOf(clock));
    if (versus !== undefined) this.reweigh(this.weightsOf(versus));
    this.recall(this.weightsOf(clock));
  }

  private recall(weights: Float64Array): void {
    const best = this.members[heaviest(weights)]!;
    for (let k = 0; k < weights.length; k++) {
      if (weights[k]! >= LOST || this.greatest(k) >= COUNTS_ELSEWHERE) continue;
      this.members[k]!.adopt(best);
      weights[k] = RECALLED;
    }
    normalise(weights);
  }

  /** The greatest weight that a member has for any clock. */
  private greatest(k: number): number {
    let greatest = 0;
    for (const weights of this.weights.values()) greatest = Math.max(greatest, weights[k]!);
    return greatest;
  }

  private reweigh(weights: Float64Array): void {
    const { likelihood } = this;
    let top = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < weights.length; k++) top = Math.max(top, likelihood[k]!);
    for (let k = 0; k < weights.length; k++) {
      const prior = (1 - SWITCHING) * weights[k]! + SWITCHING / weights.length;
      weights[k] = Math.max(prior * Math.exp(likelihood[k]! - top), LEAST);
    }
    normalise(weights);
  }
}

function normalise(weights: Float64Array): void {
  let sum = 0;
  for (let k = 0; k < weights.length; k++) sum += weights[k]!;
  for (let k = 0; k < weights.length; k++) weights[k] = weights[k]! / sum;
}

function heaviest(weights: Float64Array): number {
  let best = 0;
  for (let k = 1; k < weights.length; k++) if (weights[k]! > weights[best]!) best = k;
  return best;
}
