/** Rate at which an oscillator switches to another wander: once in about six days. */
const SWITCHES_PER_S = 2e-6;
/** Least probability of a switch between two observations, however soon the second one comes. */
const LEAST_SWITCH_CHANCE = 1e-5;
/**
 * After n observations the probability of a switch is at least EARLY_SWITCH_CHANCE / n (the rule of succession), up to the
 * greatest early chance: the first observations come while the noise is unknown, too, and must not decide for hours.
 */
const EARLY_SWITCH_CHANCE = 0.1;
const GREATEST_EARLY_SWITCH_CHANCE = 1e-3;
/** A second oscillator that switches at the same observation is less likely by this factor. */
const DOUBLE_SWITCH_FACTOR = 1e-3;
/** Weight of a member that was replaced by a copy of the heaviest one. */
const REVIVED_WEIGHT = 0.02;
const LEAST_WEIGHT = 1e-9;
/** Observations over which the average weights are taken. */
const AVERAGED_OBSERVATIONS = 64;

/** The probability of each member of the bank, for one clock and all clocks that are compared with it. */
export class ModelWeights {
  weights: Float64Array;
  /** The weights, averaged over the last observations. */
  average: Float64Array;
  /** For each member: the part of its weight that is due to a switch since the last observation, 0..1. */
  switchedShare: Float64Array;
  /** Row by row, 1: one oscillator must switch to get from this member to that one; 0: more must. Empty: one always does. */
  private isNeighbour = new Float64Array(0);
  private neighbourCounts = new Float64Array(0);
  /** Wanders that an oscillator can have. */
  private wanderCount = 1;
  /** Time of the last observation, s. */
  private lastS = 0;
  /** Probability that an oscillator has switched since the last observation. It makes recovery from a step fast. */
  private switchChance = LEAST_SWITCH_CHANCE;
  /** Observations since the start or the last `reset`. */
  private count = 0;

  constructor(memberCount: number) {
    this.weights = new Float64Array(memberCount).fill(1 / memberCount);
    this.average = this.weights.slice();
    this.switchedShare = new Float64Array(memberCount).fill(1);
  }

  get heaviest(): number {
    return indexOfGreatest(this.weights);
  }

  /** Gives all members the same weight again. */
  reset(): void {
    this.count = 0;
    this.weights.fill(1 / this.weights.length);
    this.average.set(this.weights);
  }

  /** Gives half of all weight to the members with a doubt above zero, in equal parts. */
  shiftHalf(doubts: Float64Array): void {
    const { weights } = this;
    const doubting = doubts.reduce((sum, doubt) => sum + Math.sign(doubt), 0);
    for (let k = 0; k < weights.length; k++) weights[k] = (weights[k]! + Math.sign(doubts[k]!) / doubting) / 2;
  }

  /** `distance`: the number of oscillators that must switch, each to one of `wanderCount` wanders, from member to member. */
  setNeighbours(wanderCount: number, distance: (from: number, to: number) => number): void {
    const count = this.weights.length;
    if (this.isNeighbour.length === 0) {
      this.isNeighbour = new Float64Array(count * count);
      this.neighbourCounts = new Float64Array(count);
    }
    const { isNeighbour, neighbourCounts } = this;
    for (let j = 0; j < count; j++) {
      neighbourCounts[j] = 0;
      for (let k = 0; k < count; k++) {
        const isNear = Number(k !== j && distance(j, k) <= 1);
        isNeighbour[j * count + k] = isNear;
        neighbourCounts[j] = neighbourCounts[j]! + isNear;
      }
    }
    this.wanderCount = wanderCount;
  }

  /** Sets the weight of a member that has become a copy of the heaviest one. */
  revive(k: number): void {
    const { isNeighbour, weights } = this;
    const isNear = isNeighbour.length === 0 || isNeighbour[this.heaviest * weights.length + k] === 1;
    weights[k] = REVIVED_WEIGHT * (isNear ? 1 : DOUBLE_SWITCH_FACTOR / this.wanderCount);
  }

  /** Updates the chance of a switch ahead of an observation. `elapsedS`: one element, the time of the observation, s. */
  updateSwitchChance(elapsedS: Float64Array): void {
    const seconds = elapsedS[0]! - this.lastS;
    this.lastS = elapsedS[0]!;
    this.count++;
    const early = Math.min(EARLY_SWITCH_CHANCE / this.count, GREATEST_EARLY_SWITCH_CHANCE);
    this.switchChance = Math.max(-Math.expm1(-SWITCHES_PER_S * seconds), early, LEAST_SWITCH_CHANCE);
  }

  /** Multiplies the weights by the likelihoods that the members gave an observation. */
  reweigh(logLikelihoods: Float64Array): void {
    const { weights, average } = this;
    let top = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < weights.length; k++) top = Math.max(top, logLikelihoods[k]!);
    this.predict();
    for (let k = 0; k < weights.length; k++)
      weights[k] = Math.max(weights[k]! * Math.exp(logLikelihoods[k]! - top), LEAST_WEIGHT);
    normalise(weights);
    for (let k = 0; k < weights.length; k++)
      average[k] = average[k]! + (weights[k]! - average[k]!) / AVERAGED_OBSERVATIONS;
  }

  /** Adds members up to `memberCount`: each gets an equal share, the others keep their ratios. */
  addMembers(memberCount: number): void {
    this.weights = withAddedMembers(this.weights, memberCount);
    this.average = withAddedMembers(this.average, memberCount);
    this.switchedShare = new Float64Array(memberCount).fill(1);
    this.isNeighbour = new Float64Array(0);
  }

  /** Multiplies with the weights of clocks that were not compared with these before. */
  multiply({ weights, average }: ModelWeights): void {
    for (let k = 0; k < weights.length; k++) {
      this.weights[k] = Math.max(this.weights[k]! * weights[k]!, LEAST_WEIGHT);
      this.average[k] = this.average[k]! * average[k]!;
    }
    normalise(this.weights);
    normalise(this.average);
  }

  /** Moves weight between the members by the chance of a switch, and sets `switchedShare`. */
  private predict(): void {
    const { weights, switchedShare, isNeighbour, neighbourCounts, switchChance } = this;
    const count = weights.length;
    const related = isNeighbour.length > 0 ? count : 0;
    const one = switchChance / (related > 0 ? this.wanderCount : count);
    const several = related > 0 ? one * one : one;
    for (let k = 0; k < count; k++) {
      let comes = 0;
      for (let j = 0, at = k; j < related; j++, at += count) comes += isNeighbour[at]! * weights[j]!;
      switchedShare[k] = one * comes + several * (1 - weights[k]! - comes);
    }
    for (let k = 0; k < count; k++) {
      const around = related > 0 ? neighbourCounts[k]! : 0;
      const stays = 1 - one * around - several * (count - 1 - around);
      weights[k] = stays * weights[k]! + switchedShare[k]!;
      switchedShare[k] = switchedShare[k]! / weights[k]!;
    }
  }
}

export function indexOfGreatest(values: Float64Array): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k]! > values[best]!) best = k;
  return best;
}

/** Divides all weights by their sum. */
export function normalise(weights: Float64Array): void {
  let sum = 0;
  for (let k = 0; k < weights.length; k++) sum += weights[k]!;
  for (let k = 0; k < weights.length; k++) weights[k] = weights[k]! / sum;
}

function withAddedMembers(weights: Float64Array, count: number): Float64Array {
  const wide = new Float64Array(count).fill(1 / count);
  for (const [k, weight] of weights.entries()) wide[k] = (weight * weights.length) / count;
  return wide;
}
