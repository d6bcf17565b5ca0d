/** How often an oscillator changes its ways, per second: once in some days, however often one looks. */
const SWITCHES_PER_S = 2e-6;
/** What is left of that to chance, however soon the next observation comes, */
const LEAST_WEIGHT = 1e-5;
/**
 * and after few observations: the rule of succession. What the first ones tell is told while the noise is not known either, and
 * must not be believed for hours.
 */
const EARLY_SWITCH_CHANCE = 0.1;
const GREATEST_EARLY_SWITCH_CHANCE = 1e-3;
/** How much less likely it is that two have changed at once when one must have. */
const DOUBLE_SWITCH_FACTOR = 1e-3;
/** What a member counts that goes on from where another is. */
const REVIVED_WEIGHT = 0.02;
const LEAST = 1e-9;
/** Observations that make a habit. */
const AVERAGED_OBSERVATIONS = 64;

/** How much each member of the bank counts for a clock, and for all clocks that are compared with it. */
export class ModelWeights {
  weights: Float64Array;
  /** The same, averaged over the last observations. */
  average: Float64Array;
  /** Of what a member counts, the part that is due to the chance of a change since the last observation. */
  switchedShare: Float64Array;
  /** 1: from this member to that, row by row, one oscillator has to change, 0: more; none: it is one everywhere. */
  private isNeighbour = new Float64Array(0);
  private neighbourCounts = new Float64Array(0);
  private wanderCount = 1;
  /** When the last observation was. */
  private lastS = 0;
  /** Probability that an oscillator has changed its ways since the last observation: what makes recovery from a step fast. */
  private switchChance = LEAST_WEIGHT;
  /** Observations since nothing was known. */
  private count = 0;

  constructor(count: number) {
    this.weights = new Float64Array(count).fill(1 / count);
    this.average = this.weights.slice();
    this.switchedShare = new Float64Array(count).fill(1);
  }

  get heaviest(): number {
    return indexOfGreatest(this.weights);
  }

  /** Nothing is known yet. */
  reset(): void {
    this.count = 0;
    this.weights.fill(1 / this.weights.length);
    this.average.set(this.weights);
  }

  /** Half of what all count goes to those that are in doubt, evenly. */
  shiftHalf(doubts: Float64Array): void {
    const { weights } = this;
    const doubting = doubts.reduce((sum, doubt) => sum + Math.sign(doubt), 0);
    for (let k = 0; k < weights.length; k++) weights[k] = (weights[k]! + Math.sign(doubts[k]!) / doubting) / 2;
  }

  /**
   * `apart`: how many oscillators must change their ways for one member to become another. Each does so by itself, to one of
   * `ways`; for more than one to do so at once is a coincidence, as that of two.
   */
  setNeighbours(ways: number, apart: (from: number, to: number) => number): void {
    const count = this.weights.length;
    const near = new Float64Array(count * count);
    for (let j = 0; j < count; j++)
      for (let k = 0; k < count; k++) near[j * count + k] = Number(k !== j && apart(j, k) <= 1);
    this.isNeighbour = near;
    this.neighbourCounts = Float64Array.from({ length: count }, (_, j) =>
      near.subarray(j * count, (j + 1) * count).reduce((sum, one) => sum + one, 0),
    );
    this.wanderCount = ways;
  }

  /** A member goes on from where the heaviest is. */
  revive(k: number): void {
    const { isNeighbour: near, weights } = this;
    const isNear = near.length === 0 || near[this.heaviest * weights.length + k] === 1;
    weights[k] = REVIVED_WEIGHT * (isNear ? 1 : DOUBLE_SWITCH_FACTOR / this.wanderCount);
  }

  /** It is so late now, by a time of seconds: what may have happened since the last observation. */
  updateSwitchChance(time: Float64Array): void {
    const seconds = time[0]! - this.lastS;
    this.lastS = time[0]!;
    this.count++;
    const early = Math.min(EARLY_SWITCH_CHANCE / this.count, GREATEST_EARLY_SWITCH_CHANCE);
    this.switchChance = Math.max(-Math.expm1(-SWITCHES_PER_S * seconds), early, LEAST_WEIGHT);
  }

  /** `likelihood`: logarithms of what each member gave an observation. */
  reweigh(likelihood: Float64Array): void {
    const { weights, average: usual } = this;
    let top = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < weights.length; k++) top = Math.max(top, likelihood[k]!);
    this.predict();
    for (let k = 0; k < weights.length; k++) weights[k] = Math.max(weights[k]! * Math.exp(likelihood[k]! - top), LEAST);
    normalise(weights);
    for (let k = 0; k < weights.length; k++) usual[k] = usual[k]! + (weights[k]! - usual[k]!) / AVERAGED_OBSERVATIONS;
  }

  /** Members were added: their share is even, that of the others among each other stays. */
  addMembers(count: number): void {
    this.weights = withAddedMembers(this.weights, count);
    this.average = withAddedMembers(this.average, count);
    this.switchedShare = new Float64Array(count).fill(1);
    this.isNeighbour = new Float64Array(0);
  }

  /** Takes in what is believed of clocks that were not compared with these before. */
  multiply({ weights, average: usual }: ModelWeights): void {
    for (let k = 0; k < weights.length; k++) {
      this.weights[k] = Math.max(this.weights[k]! * weights[k]!, LEAST);
      this.average[k] = this.average[k]! * usual[k]!;
    }
    normalise(this.weights);
    normalise(this.average);
  }

  /** What each member counts ahead of an observation, and what of that comes to it from the others. */
  private predict(): void {
    const {
      weights,
      switchedShare: fresh,
      isNeighbour: near,
      neighbourCounts: neighbours,
      switchChance: chance,
    } = this;
    const count = weights.length;
    const related = near.length > 0 ? count : 0;
    const one = chance / (related > 0 ? this.wanderCount : count);
    const several = related > 0 ? one * one : one;
    for (let k = 0; k < count; k++) {
      let comes = 0;
      for (let j = 0, at = k; j < related; j++, at += count) comes += near[at]! * weights[j]!;
      fresh[k] = one * comes + several * (1 - weights[k]! - comes);
    }
    for (let k = 0; k < count; k++) {
      const around = related > 0 ? neighbours[k]! : 0;
      const stays = 1 - one * around - several * (count - 1 - around);
      weights[k] = stays * weights[k]! + fresh[k]!;
      fresh[k] = fresh[k]! / weights[k]!;
    }
  }
}

export function indexOfGreatest(values: Float64Array): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k]! > values[best]!) best = k;
  return best;
}

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
