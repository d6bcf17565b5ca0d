import type { ClockId } from '../../../api/index.js';
import { MixtureMoments, type NoiseModel } from '../noise/noise.js';
import { FIRST_SLOPE_SIGMA_PPB, JointFilter } from '../state/joint-filter.js';
import type { StateLayout } from '../state/layout.js';
import type { ObservationRow } from '../state/observation-row.js';
import type { TrackFilter } from '../track-filter.js';
import { memberForFrequencyStep } from './frequency-step.js';
import { indexOfGreatest, ModelWeights, normalise } from './model-weights.js';
import { DEFAULT_WANDERS, WanderLines } from './wander-lines.js';

/**
 * A member of less weight has lost its way (the oscillator jumped, and it took the news for outliers): it goes on from
 * where the best one is. Not for the sake of one clock while it still counts for another.
 */
const LOST_WEIGHT = 1e-7;
const NEEDED_WEIGHT = 0.02;

export interface MeanAndVariance {
  readonly mean: number;
  readonly variance: number;
}

/** One joint filter for each hypothesis of wander, weighed for each clock by how well they predicted. */
export class WanderBank {
  readonly members: JointFilter[] = [];
  readonly lines: WanderLines;
  private readonly layout: StateLayout;
  private readonly weightSets = new Map<ClockId, ModelWeights>();
  private readonly logLikelihoods: Float64Array;
  /** Seconds since the beginning. */
  private readonly elapsedS = new Float64Array(1);
  private readonly moments: MixtureMoments[] = [];

  constructor(layout: StateLayout, wanders: readonly number[] = DEFAULT_WANDERS) {
    this.layout = layout;
    this.lines = new WanderLines(wanders);
    this.logLikelihoods = new Float64Array(this.capacity);
  }

  /** The most members there will ever be. */
  get capacity(): number {
    return this.lines.capacity;
  }

  addClock(clock: ClockId): void {
    this.lines.addClock();
    this.layout.clocks.push(clock);
    const { count } = this.lines;
    const like = this.members[this.weightSets.values().next().value?.heaviest ?? 0];
    while (this.members.length < count) this.addMember(like);
    for (const belief of new Set(this.weightSets.values())) if (belief.weights.length < count) belief.addMembers(count);
    this.weightSets.set(clock, new ModelWeights(count));
    for (const member of this.members) member.insertSlope(this.layout.size - 1);
    this.assignWanders();
  }

  weightsOf(clock: ClockId): Float64Array {
    return this.weightSets.get(clock)!.weights;
  }

  /** The greatest weight that a member has for any clock. */
  greatestWeight(k: number): number {
    let greatest = 0;
    for (const clock of this.layout.clocks) greatest = Math.max(greatest, this.weightsOf(clock)[k]!);
    return greatest;
  }

  /** How much each hypothesis of this clock's wander counts. */
  wanderWeights(clock: ClockId): Float64Array {
    return this.lines.wanderWeights(this.layout.clocks.indexOf(clock), this.weightsOf(clock));
  }

  /** Where a member's wander of this clock stands among the hypotheses. */
  gradeOf(clock: ClockId, k: number): number {
    return this.lines.grade(k, this.layout.clocks.indexOf(clock));
  }

  /** Makes the hypotheses of this clock's wander count as much as they did once. */
  restoreWanderWeights(clock: ClockId, marginal: readonly number[]): void {
    const weights = this.weightsOf(clock);
    for (let k = 0; k < weights.length; k++) weights[k] = weights[k]! * marginal[this.gradeOf(clock, k)]!;
    normalise(weights);
    this.assignWanders();
  }

  /** Mean of h·x over the members. */
  mean(clock: ClockId, row: ObservationRow): number {
    const weights = this.weightsOf(clock);
    let sum = 0;
    for (let k = 0; k < this.members.length; k++) sum += weights[k]! * row.dot(this.members[k]!.x);
    return sum;
  }

  /** Variance of h·x over the members. */
  variance(clock: ClockId, row: ObservationRow): number {
    const weights = this.weightsOf(clock);
    const mean = this.mean(clock, row);
    let sum = 0;
    for (let k = 0; k < this.members.length; k++) {
      const { x, covariance } = this.members[k]!;
      sum += weights[k]! * (covariance.project(row) + (row.dot(x) - mean) ** 2);
    }
    return sum;
  }

  /** Mean of one variable over the members. */
  meanAt(clock: ClockId, at: number): number {
    const weights = this.weightsOf(clock);
    let sum = 0;
    for (let k = 0; k < this.members.length; k++) sum += weights[k]! * this.members[k]!.x[at]!;
    return sum;
  }

  /** Mean and variance of one variable over the members. */
  momentsAt(clock: ClockId, at: number): MeanAndVariance {
    const weights = this.weightsOf(clock);
    const mean = this.meanAt(clock, at);
    let variance = 0;
    for (let k = 0; k < this.members.length; k++) {
      const { x, covariance } = this.members[k]!;
      variance += weights[k]! * (covariance.variance(at) + (x[at]! - mean) ** 2);
    }
    return { mean, variance };
  }

  /** Mean wander, (ns/s)² per second. */
  wander(clock: ClockId): number {
    const at = this.layout.clocks.indexOf(clock);
    const weights = this.weightsOf(clock);
    let sum = 0;
    for (let k = 0; k < weights.length; k++) sum += weights[k]! * this.lines.wander(k, at);
    return sum;
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
  widenSlope(slope: number): void {
    this.addVariance(slope, FIRST_SLOPE_SIGMA_PPB ** 2);
  }

  /**
   * The reference of all clocks may run at another rate, or as before, with even odds. Up to the most likely wander of `clock`
   * the members stand for the latter, the more restless ones believe the slopes ever less.
   */
  doubtReferenceRate(clock: ClockId): void {
    const marginal = this.wanderWeights(clock);
    const likeliest = indexOfGreatest(marginal);
    const last = marginal.length - 1;
    const step = new Float64Array(this.layout.size);
    const doubts = new Float64Array(this.members.length);
    for (const [k, { covariance }] of this.members.entries()) {
      const grade = this.gradeOf(clock, k);
      doubts[k] = grade === last ? 1 : Math.max(0, (grade - likeliest) / (last - likeliest));
      if (doubts[k] === 0) continue;
      const before = covariance.variance(this.layout.slope(clock));
      const variance = before * (FIRST_SLOPE_SIGMA_PPB ** 2 / before) ** doubts[k]!;
      for (let c = 0; c < this.layout.clocks.length; c++) step[this.layout.firstSlope + c] = 1;
      covariance.addOuter(variance, step, this.layout.size - 1);
    }
    for (const belief of new Set(this.weightSets.values())) belief.shiftHalf(doubts);
  }

  /** A clock's slope wandered unseen for `seconds`, and by `variance` for another reason. */
  addUnseenWander(clock: ClockId, seconds: number, variance: number): void {
    const slope = this.layout.slope(clock);
    const at = this.layout.clocks.indexOf(clock);
    for (const { covariance, wanders } of this.members)
      covariance.addVariance(slope, wanders[at]! * seconds + variance);
  }

  /** Variable `i` contains variable `j` from now on, `factor` times. */
  shear(i: number, j: number, factor: number): void {
    for (const member of this.members) member.covariance.shear(i, j, factor);
  }

  /** A clock was set: its θ and its slope change by this much. */
  applyControl(clock: ClockId, phase: number, slope: number): void {
    for (const member of this.members) member.applyControl(clock, phase, slope);
  }

  predict(seconds: number): void {
    this.elapsedS[0] = this.elapsedS[0]! + seconds;
    for (const member of this.members) member.predict(seconds);
  }

  /** One observation `value` of h·x through all members; returns the variance that was predicted for h·x. */
  update(track: TrackFilter, row: ObservationRow, value: number, noise: NoiseModel, floor: number): number {
    const belief = this.weightSets.get(track.clock)!;
    const { weights } = belief;
    noise.prepare(floor, belief.heaviest);
    let predicted = 0;
    for (let k = 0; k < this.members.length; k++) {
      const member = this.members[k]!;
      const moments = this.moments[k]!;
      member.project(row, value);
      noise.evaluate(member, k, moments);
      this.logLikelihoods[k] = moments.logLikelihood;
      predicted += weights[k]! * member.variance;
      if (track.isPassive) member.updateOwnVariables(moments, track);
      else member.update(moments);
    }
    if (!track.isPassive) this.reweigh(track);
    noise.learn(weights, belief.switchedShare);
    return predicted;
  }

  private reweigh({ clock, versus }: TrackFilter): void {
    const belief = this.weightSets.get(clock)!;
    if (versus !== undefined) this.shareWeights(belief, versus);
    belief.updateSwitchChance(this.elapsedS);
    belief.reweigh(this.logLikelihoods);
    this.testFrequencyStep(belief);
    this.replaceLostMembers(belief);
    if (this.layout.clocks.length > 1) this.moveTop(belief);
  }

  /** Where the top of the wanders moves, it is open again how the clocks share it. */
  private moveTop(belief: ModelWeights): void {
    if (!this.lines.moveTop(belief.weights, belief.average)) return;
    belief.reset();
    this.assignWanders();
  }

  /** Two clocks that are compared are believed in together from now on. */
  private shareWeights(belief: ModelWeights, versus: ClockId): void {
    const other = this.weightSets.get(versus)!;
    if (other === belief) return;
    belief.multiply(other);
    for (const [clock, one] of this.weightSets) if (one === other) this.weightSets.set(clock, belief);
    this.updateNeighbours();
  }

  /** After a surprise a scout goes on from where the surprised are, with the calm of before. */
  private testFrequencyStep(belief: ModelWeights): void {
    const { heaviest, weights } = belief;
    const scout = memberForFrequencyStep(belief, this.lines);
    if (scout < 0) return;
    this.members[scout]!.copyFrom(this.members[heaviest]!);
    weights[heaviest] = weights[heaviest]! / 2;
    weights[scout] = weights[scout]! + weights[heaviest]!;
  }

  private replaceLostMembers(belief: ModelWeights): void {
    const { weights } = belief;
    const best = this.members[belief.heaviest]!;
    for (let k = 0; k < weights.length; k++) {
      if (weights[k]! >= LOST_WEIGHT || this.greatestWeight(k) >= NEEDED_WEIGHT) continue;
      this.members[k]!.copyFrom(best);
      belief.revive(k);
    }
    normalise(weights);
  }

  private addMember(like: JointFilter | undefined): void {
    const member = new JointFilter(this.layout, like?.x.length);
    if (like !== undefined) member.copyFrom(like);
    this.members.push(member);
    this.moments.push(new MixtureMoments());
  }

  /** Tells the members what they stand for. */
  private assignWanders(): void {
    const { lines, layout, members } = this;
    for (const [c, clock] of layout.clocks.entries()) {
      lines.setCentre(c, this.wanderWeights(clock));
      for (const [k, { wanders }] of members.entries()) wanders[c] = lines.wander(k, c);
    }
    this.updateNeighbours();
  }

  /** Tells the beliefs how far the members are apart. */
  private updateNeighbours(): void {
    for (const belief of new Set(this.weightSets.values())) {
      const clocks = this.clocksOf(belief);
      if (clocks.length > 1)
        belief.setNeighbours(this.lines.hypotheses.length, (j, k) => this.lines.distance(j, k, clocks));
    }
  }

  /** The clocks, in the layout's order, that a belief is of. */
  private clocksOf(belief: ModelWeights): number[] {
    return this.layout.clocks.flatMap((clock, c) => (this.weightSets.get(clock) === belief ? [c] : []));
  }
}
