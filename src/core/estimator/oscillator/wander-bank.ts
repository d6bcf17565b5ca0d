import type { ClockId } from '../../../api/index.js';
import { MixtureMoments, type NoiseModel } from '../noise/noise.js';
import { DriftFilter } from '../state/drift-filter.js';
import { FIRST_SLOPE_SIGMA_PPB, JointFilter } from '../state/joint-filter.js';
import type { StateLayout } from '../state/layout.js';
import type { ObservationRow } from '../state/observation-row.js';
import type { TrackFilter } from '../track-filter.js';
import { memberForFrequencyStep } from './frequency-step.js';
import { ModelWeights, normalise } from './model-weights.js';
import { DEFAULT_WANDERS, GREATEST_LASTING_WANDER, WanderLines } from './wander-lines.js';

/**
 * A member with less weight is lost: its oscillator's frequency jumped, and it took the observations since for outliers. It
 * becomes a copy of the best member, unless it has at least NEEDED_WEIGHT for another clock.
 */
const LOST_WEIGHT = 1e-7;
const NEEDED_WEIGHT = 0.02;
/** A member with no more weight than this does not count in an estimate. */
const NEGLIGIBLE_WEIGHT = 1e-6;
/** The same for a member that stands for a frequency step. */
const NEGLIGIBLE_STEP_WEIGHT = 1e-3;
/** Least sigma of a guess, as a share of the sigma without it: less would be beyond the precision of a double. */
const LEAST_GUESS_SHARE = 1e-12;

export interface MeanAndVariance {
  readonly mean: number;
  readonly variance: number;
}

/** One joint filter for each hypothesis of wander, with a weight for each clock by how well the filters predicted. */
export class WanderBank {
  readonly members: JointFilter[] = [];
  /** Beside the members, which compete: the filter in which the sources' times may drift. */
  readonly driftFilter: DriftFilter;
  /** All of them. */
  readonly filters: JointFilter[];
  readonly lines: WanderLines;
  private readonly layout: StateLayout;
  /** Clocks that are compared with each other share one set. */
  private readonly weightSets = new Map<ClockId, ModelWeights>();
  private readonly logLikelihoods: Float64Array;
  /** One element: seconds since the start. An array, since a plain number would be allocated at each change. */
  private readonly elapsedS = new Float64Array(1);
  /** For each member: what the last observation leaves of h·x. */
  private readonly moments: MixtureMoments[] = [];
  private readonly driftMoments = new MixtureMoments();

  /** `wanders`: hypotheses, (ns/s)² per second. */
  constructor(layout: StateLayout, wanders: readonly number[] = DEFAULT_WANDERS) {
    this.layout = layout;
    this.driftFilter = new DriftFilter(layout);
    this.filters = [this.driftFilter];
    this.lines = new WanderLines(wanders);
    this.logLikelihoods = new Float64Array(this.capacity);
  }

  /** Greatest number of members that there can be. */
  get capacity(): number {
    return this.lines.capacity;
  }

  addClock(clock: ClockId): void {
    this.lines.addClock();
    this.layout.clocks.push(clock);
    const { count } = this.lines;
    const like = this.members[this.weightSets.values().next().value?.heaviest ?? 0];
    while (this.members.length < count) this.addMember(like);
    for (const set of new Set(this.weightSets.values())) if (set.weights.length < count) set.addMembers(count);
    this.weightSets.set(clock, new ModelWeights(count));
    for (const filter of this.filters) filter.insertSlope(this.layout.size - 1);
    this.assignWanders();
  }

  weightsOf(clock: ClockId): Float64Array {
    return this.weightSets.get(clock)!.weights;
  }

  /**
   * Returns true if a member has too little weight for a clock to count in its estimate. A member that stands for a frequency step
   * counts once observations hint at one: a step that may come at any time would be most of sigma in a silence.
   */
  isNegligible(clock: number, k: number): boolean {
    const isStep = this.lines.wander(k, clock) > GREATEST_LASTING_WANDER;
    return this.weightsOf(this.layout.clocks[clock]!)[k]! <= (isStep ? NEGLIGIBLE_STEP_WEIGHT : NEGLIGIBLE_WEIGHT);
  }

  isNegligibleForAll(k: number): boolean {
    for (let c = 0; c < this.layout.clocks.length; c++) if (!this.isNegligible(c, k)) return false;
    return true;
  }

  /** Returns the greatest weight that member `k` has for any clock. */
  greatestWeight(k: number): number {
    let greatest = 0;
    for (const clock of this.layout.clocks) greatest = Math.max(greatest, this.weightsOf(clock)[k]!);
    return greatest;
  }

  /** Returns the probability of each hypothesis of this clock's wander. */
  wanderWeights(clock: ClockId): Float64Array {
    return this.lines.wanderWeights(this.layout.clocks.indexOf(clock), this.weightsOf(clock));
  }

  /** Multiplies the weight of each hypothesis of this clock's wander with that of an earlier run. */
  restoreWanderWeights(clock: ClockId, saved: readonly number[]): void {
    const weights = this.weightsOf(clock);
    const at = this.layout.clocks.indexOf(clock);
    for (let k = 0; k < weights.length; k++) weights[k] = weights[k]! * saved[this.lines.grade(k, at)]!;
    normalise(weights);
    this.assignWanders();
  }

  /** Returns the mean of h·x over the members. */
  mean(clock: ClockId, row: ObservationRow): number {
    const weights = this.weightsOf(clock);
    let sum = 0;
    for (let k = 0; k < this.members.length; k++) sum += weights[k]! * row.dot(this.members[k]!.x);
    return sum;
  }

  /** Returns the variance of h·x over the members. */
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

  /** Returns the mean of the variable at index `at` over the members. */
  meanAt(clock: ClockId, at: number): number {
    const weights = this.weightsOf(clock);
    let sum = 0;
    for (let k = 0; k < this.members.length; k++) sum += weights[k]! * this.members[k]!.x[at]!;
    return sum;
  }

  /** Returns mean and variance of the variable at index `at` over the members. */
  momentsAt(clock: ClockId, at: number): MeanAndVariance {
    const weights = this.weightsOf(clock);
    const mean = this.meanAt(clock, at);
    const c = this.layout.clocks.indexOf(clock);
    let variance = 0;
    for (let k = 0; k < this.members.length; k++) {
      if (this.isNegligible(c, k)) continue;
      const { x, covariance } = this.members[k]!;
      variance += weights[k]! * (covariance.variance(at) + (x[at]! - mean) ** 2);
    }
    return { mean, variance };
  }

  /** Returns the mean wander of a clock, (ns/s)² per second, as far as it lasts. */
  wander(clock: ClockId): number {
    const at = this.layout.clocks.indexOf(clock);
    const weights = this.weightsOf(clock);
    let sum = 0;
    for (let k = 0; k < weights.length; k++)
      sum += weights[k]! * Math.min(this.lines.wander(k, at), GREATEST_LASTING_WANDER);
    return sum;
  }

  addTrack(track: TrackFilter): void {
    this.layout.tracks.push(track);
    this.driftFilter.addTrack(track);
  }

  /** Must be called after the track's variables were removed. */
  removeTrack(track: TrackFilter): void {
    this.driftFilter.removeTrack(track);
    this.layout.tracks.splice(this.layout.tracks.indexOf(track), 1);
  }

  /** All members go on from the state in which these tracks do not drift, and all others may. */
  adoptWithoutDrift(tracks: readonly TrackFilter[]): void {
    const state = this.driftFilter.withoutDrift(tracks);
    for (const member of this.members) member.adopt(state);
  }

  insert(at: number, mean: number, variance: number): void {
    for (const filter of this.filters) filter.insert(at, mean, variance);
  }

  remove(at: number): void {
    for (const filter of this.filters) filter.remove(at);
  }

  addVariance(at: number, variance: number): void {
    for (const { covariance } of this.filters) covariance.addVariance(at, variance);
  }

  /** Adds `by` to the mean of one variable. */
  shift(at: number, by: number): void {
    for (const { x } of this.filters) x[at] = x[at]! + by;
  }

  /** Makes a slope as uncertain as at the start. `slope`: its index. */
  widenSlope(slope: number): void {
    this.addVariance(slope, FIRST_SLOPE_SIGMA_PPB ** 2);
  }

  /**
   * Sets a variable that depends on no other to a guess from an earlier run. `unknownSigma` is its sigma without the guess. The
   * calm members trust the guess, the restless ones less. If it is wrong, these predict better within a few observations, and
   * the others become copies of them.
   */
  setGuess(clock: ClockId, at: number, mean: number, sigma: number, unknownSigma: number): void {
    const doubts = this.lines.doubts(this.layout.clocks.indexOf(clock), this.weightsOf(clock));
    const least = Math.max(sigma, LEAST_GUESS_SHARE * unknownSigma);
    for (const [k, { x, covariance }] of this.members.entries()) {
      x[at] = mean;
      covariance.makeIndependent(at, (least * (unknownSigma / least) ** doubts[k]!) ** 2);
    }
    this.driftFilter.x[at] = mean;
    this.driftFilter.covariance.makeIndependent(at, unknownSigma ** 2);
  }

  /**
   * The reference of all clocks has, with even odds, another rate from now on. The calm members stand for the old rate; the
   * restless ones make all slopes uncertain.
   */
  doubtReferenceRate(clock: ClockId): void {
    const step = new Float64Array(this.layout.size);
    const doubts = this.lines.doubts(this.layout.clocks.indexOf(clock), this.weightsOf(clock));
    this.driftFilter.covariance.addVariance(this.layout.slope(clock), FIRST_SLOPE_SIGMA_PPB ** 2);
    for (const [k, { covariance }] of this.members.entries()) {
      if (doubts[k] === 0) continue;
      const before = covariance.variance(this.layout.slope(clock));
      const variance = before * (FIRST_SLOPE_SIGMA_PPB ** 2 / before) ** doubts[k]!;
      for (let c = 0; c < this.layout.clocks.length; c++) step[this.layout.firstSlope + c] = 1;
      covariance.addOuter(variance, step, this.layout.size - 1);
    }
    for (const set of new Set(this.weightSets.values())) set.shiftHalf(doubts);
  }

  /** Adds the wander of `seconds` without a prediction, and `variance`, (ns/s)², to a clock's slope. */
  addUnseenWander(clock: ClockId, seconds: number, variance: number): void {
    const slope = this.layout.slope(clock);
    const at = this.layout.clocks.indexOf(clock);
    for (const { covariance, wanders } of this.filters)
      covariance.addVariance(slope, Math.min(wanders[at]!, GREATEST_LASTING_WANDER) * seconds + variance);
  }

  /** Variable i += factor · variable j, for j > i. */
  shear(i: number, j: number, factor: number): void {
    for (const { covariance } of this.filters) covariance.shear(i, j, factor);
  }

  /** Adds `phase`, ns, to a clock's θ and `slope`, ns/s, to its slope. */
  applyControl(clock: ClockId, phase: number, slope: number): void {
    for (const filter of this.filters) filter.applyControl(clock, phase, slope);
  }

  predict(seconds: number): void {
    this.elapsedS[0] = this.elapsedS[0]! + seconds;
    this.setDriftWanders();
    for (const filter of this.filters) filter.predict(seconds);
  }

  /** Updates all members with an observation `value` of h·x. Returns the variance that was predicted for h·x. */
  update(track: TrackFilter, row: ObservationRow, value: number, noise: NoiseModel, floor: number): number {
    const set = this.weightSets.get(track.clock)!;
    const { weights } = set;
    noise.prepare(floor, set.heaviest);
    this.updateDriftFilter(row, value, noise, set.heaviest);
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
    const lead = this.members[set.heaviest]!;
    if (this.driftFilter.hasMissed(lead, noise)) this.driftFilter.rejoin(track, lead);
    noise.learn(weights, set.switchedShare);
    return predicted;
  }

  /** Updates the drift filter alone, with an observation of a passive track. Returns the variance that was predicted for h·x. */
  updateDriftsAlone(track: TrackFilter, row: ObservationRow, value: number, noise: NoiseModel, floor: number): number {
    const { heaviest, weights } = this.weightSets.get(track.clock)!;
    noise.prepare(floor, heaviest);
    this.updateDriftFilter(row, value, noise, heaviest);
    let predicted = 0;
    for (let k = 0; k < this.members.length; k++) {
      this.members[k]!.project(row, value);
      predicted += weights[k]! * this.members[k]!.variance;
    }
    const lead = this.members[heaviest]!;
    if (this.driftFilter.hasMissed(lead, noise)) this.driftFilter.rejoin(track, lead);
    return predicted;
  }

  /** Replaces a variable of all members by an independent one with these moments. */
  replace(at: number, { mean, variance }: MeanAndVariance): void {
    for (const { x, covariance } of this.members) {
      x[at] = mean;
      covariance.makeIndependent(at, variance);
    }
  }

  /** The noise model's results for the leading member are overwritten when that is evaluated. */
  private updateDriftFilter(row: ObservationRow, value: number, noise: NoiseModel, leadMember: number): void {
    this.driftFilter.project(row, value);
    noise.evaluate(this.driftFilter, leadMember, this.driftMoments);
    this.driftFilter.update(this.driftMoments);
  }

  /** The drift filter has the mean wanders, so that it follows a clock that has become restless. */
  private setDriftWanders(): void {
    const { clocks } = this.layout;
    for (let c = 0; c < clocks.length; c++) this.driftFilter.wanders[c] = this.wander(clocks[c]!);
  }

  private reweigh({ clock, versus }: TrackFilter): void {
    const set = this.weightSets.get(clock)!;
    if (versus !== undefined) this.shareWeights(set, versus);
    set.updateSwitchChance(this.elapsedS);
    set.reweigh(this.logLikelihoods);
    this.testFrequencyStep(set);
    this.replaceLostMembers(set);
    if (this.layout.clocks.length > 1) this.moveTop(set);
  }

  /** Moves the top of the lines to where the weight is. Then it is open again which clock has which wander. */
  private moveTop(set: ModelWeights): void {
    if (!this.lines.moveTop(set.weights, set.average)) return;
    set.reset();
    this.assignWanders();
  }

  /** Clocks that are compared share one set of weights from now on. */
  private shareWeights(set: ModelWeights, versus: ClockId): void {
    const other = this.weightSets.get(versus)!;
    if (other === set) return;
    set.multiply(other);
    for (const [clock, one] of this.weightSets) if (one === other) this.weightSets.set(clock, set);
    this.updateNeighbours();
  }

  /** After a surprise, a calm member goes on from the state of the heaviest, with half of its weight. */
  private testFrequencyStep(set: ModelWeights): void {
    const { heaviest, weights } = set;
    const calm = memberForFrequencyStep(set, this.lines);
    if (calm === undefined) return;
    this.members[calm]!.copyFrom(this.members[heaviest]!);
    weights[heaviest] = weights[heaviest]! / 2;
    weights[calm] = weights[calm]! + weights[heaviest]!;
  }

  private replaceLostMembers(set: ModelWeights): void {
    const { weights } = set;
    const best = this.members[set.heaviest]!;
    for (let k = 0; k < weights.length; k++) {
      if (weights[k]! >= LOST_WEIGHT || this.greatestWeight(k) >= NEEDED_WEIGHT) continue;
      this.members[k]!.copyFrom(best);
      set.revive(k);
    }
    normalise(weights);
  }

  private addMember(like: JointFilter | undefined): void {
    const member = new JointFilter(this.layout, like?.x.length);
    if (like !== undefined) member.copyFrom(like);
    this.members.push(member);
    this.filters.push(member);
    this.moments.push(new MixtureMoments());
  }

  /** Sets the members' wanders after the lines have changed. */
  private assignWanders(): void {
    const { lines, layout, members } = this;
    for (const [c, clock] of layout.clocks.entries()) {
      lines.setCentre(c, this.wanderWeights(clock));
      for (const [k, { wanders }] of members.entries()) wanders[c] = lines.wander(k, c);
    }
    this.updateNeighbours();
  }

  private updateNeighbours(): void {
    for (const set of new Set(this.weightSets.values())) {
      const clocks = this.clocksOf(set);
      if (clocks.length > 1)
        set.setNeighbours(this.lines.hypotheses.length, (j, k) => this.lines.distance(j, k, clocks));
    }
  }

  /** Returns the indices of the clocks that share a set of weights. */
  private clocksOf(set: ModelWeights): number[] {
    return this.layout.clocks.flatMap((clock, c) => (this.weightSets.get(clock) === set ? [c] : []));
  }
}
