/** Probability, per observation, that an oscillator has changed its ways: what makes recovery from a step fast. */
const SWITCHING = 0.001;
/** What a member counts that goes on from where another is. */
const RECALLED = 0.02;
const LEAST = 1e-9;
/** Observations that make a habit. */
const HABIT = 64;

/** How much each member of the bank counts for a clock, and for all clocks that are compared with it. */
export class Belief {
  weights: Float64Array;
  /** The same, averaged over the last observations. */
  usual: Float64Array;
  /** Of what a member counts, the part that is due to the chance of a change since the last observation. */
  fresh: Float64Array;
  /** Probability of a change from each member to each, row by row; none: all are a change of one oscillator away. */
  private changes = new Float64Array(0);
  private ways = 1;

  constructor(count: number) {
    this.weights = new Float64Array(count).fill(1 / count);
    this.usual = this.weights.slice();
    this.fresh = new Float64Array(count).fill(1);
  }

  get heaviest(): number {
    return greatestOf(this.weights);
  }

  /** Nothing is known yet. */
  begin(): void {
    this.weights.fill(1 / this.weights.length);
    this.usual.set(this.weights);
  }

  /** Half of what all count goes to those that are in doubt, evenly. */
  share(doubts: Float64Array): void {
    const { weights } = this;
    const doubting = doubts.reduce((sum, doubt) => sum + Math.sign(doubt), 0);
    for (let k = 0; k < weights.length; k++) weights[k] = (weights[k]! + Math.sign(doubts[k]!) / doubting) / 2;
  }

  /**
   * `apart`: how many oscillators must change their ways for one member to become another. Each does so by itself, to one of
   * `ways`; for more than one to do so at once is a coincidence, as that of two.
   */
  relate(ways: number, apart: (from: number, to: number) => number): void {
    const count = this.weights.length;
    const changes = new Float64Array(count * count);
    for (let j = 0; j < count; j++) {
      for (let k = 0; k < count; k++)
        if (k !== j) changes[j * count + k] = (SWITCHING / ways) ** (apart(j, k) > 1 ? 2 : 1);
      const row = changes.subarray(j * count, (j + 1) * count);
      row[j] = 1 - row.reduce((sum, chance) => sum + chance, 0);
    }
    this.changes = changes;
    this.ways = ways;
  }

  /** A member goes on from where the heaviest is. */
  recall(k: number): void {
    const { changes, weights } = this;
    const unlike = changes.length > 0 ? (changes[this.heaviest * weights.length + k]! * this.ways) / SWITCHING : 1;
    weights[k] = RECALLED * unlike;
  }

  /** `likelihood`: logarithms of what each member gave an observation. */
  reweigh(likelihood: Float64Array): void {
    const { weights, usual } = this;
    let top = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < weights.length; k++) top = Math.max(top, likelihood[k]!);
    this.foresee();
    for (let k = 0; k < weights.length; k++) weights[k] = Math.max(weights[k]! * Math.exp(likelihood[k]! - top), LEAST);
    normalise(weights);
    for (let k = 0; k < weights.length; k++) usual[k] = usual[k]! + (weights[k]! - usual[k]!) / HABIT;
  }

  /** Members were added: their share is even, that of the others among each other stays. */
  widen(count: number): void {
    this.weights = widened(this.weights, count);
    this.usual = widened(this.usual, count);
    this.fresh = new Float64Array(count).fill(1);
    this.changes = new Float64Array(0);
  }

  /** Takes in what is believed of clocks that were not compared with these before. */
  join({ weights, usual }: Belief): void {
    for (let k = 0; k < weights.length; k++) {
      this.weights[k] = Math.max(this.weights[k]! * weights[k]!, LEAST);
      this.usual[k] = this.usual[k]! * usual[k]!;
    }
    normalise(this.weights);
    normalise(this.usual);
  }

  /** What each member counts ahead of an observation. */
  private foresee(): void {
    const { weights, fresh, changes } = this;
    const count = weights.length;
    if (changes.length > 0) this.change();
    else fresh.fill(SWITCHING / count);
    for (let k = 0; k < count; k++) {
      const stays = changes.length > 0 ? changes[k * count + k]! : 1 - SWITCHING;
      weights[k] = stays * weights[k]! + fresh[k]!;
      fresh[k] = fresh[k]! / weights[k]!;
    }
  }

  /** What comes to each member from the others. */
  private change(): void {
    const { weights, fresh, changes } = this;
    const count = weights.length;
    for (let k = 0; k < count; k++) {
      let comes = 0;
      for (let j = 0, at = k; j < count; j++, at += count) if (j !== k) comes += changes[at]! * weights[j]!;
      fresh[k] = comes;
    }
  }
}

export function greatestOf(values: Float64Array): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k]! > values[best]!) best = k;
  return best;
}

export function normalise(weights: Float64Array): void {
  let sum = 0;
  for (let k = 0; k < weights.length; k++) sum += weights[k]!;
  for (let k = 0; k < weights.length; k++) weights[k] = weights[k]! / sum;
}

function widened(weights: Float64Array, count: number): Float64Array {
  const wide = new Float64Array(count).fill(1 / count);
  for (const [k, weight] of weights.entries()) wide[k] = (weight * weights.length) / count;
  return wide;
}
