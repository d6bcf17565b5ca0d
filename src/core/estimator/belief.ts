/** Probability, per observation, that an oscillator has changed its ways: what makes recovery from a step fast. */
const SWITCHING = 0.001;
const LEAST = 1e-9;
/** Observations that make a habit. */
const HABIT = 64;

/** How much each member of the bank counts for a clock, and for all clocks that are compared with it. */
export class Belief {
  weights: Float64Array;
  /** The same, averaged over the last observations. */
  usual: Float64Array;

  constructor(count: number) {
    this.weights = new Float64Array(count).fill(1 / count);
    this.usual = this.weights.slice();
  }

  get heaviest(): number {
    return greatestOf(this.weights);
  }

  /** Nothing is known yet. */
  begin(): void {
    this.weights.fill(1 / this.weights.length);
    this.usual.set(this.weights);
  }

  /** `likelihood`: logarithms of what each member gave an observation. */
  reweigh(likelihood: Float64Array): void {
    const { weights, usual } = this;
    let top = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < weights.length; k++) top = Math.max(top, likelihood[k]!);
    for (let k = 0; k < weights.length; k++) {
      const prior = (1 - SWITCHING) * weights[k]! + SWITCHING / weights.length;
      weights[k] = Math.max(prior * Math.exp(likelihood[k]! - top), LEAST);
    }
    normalise(weights);
    for (let k = 0; k < weights.length; k++) usual[k] = usual[k]! + (weights[k]! - usual[k]!) / HABIT;
  }

  /** Of what a member counts, the part that is due to the chance of a change. */
  fresh(k: number): number {
    const chance = SWITCHING / this.weights.length;
    return chance / ((1 - SWITCHING) * this.weights[k]! + chance);
  }

  /** Members were added: their share is even, that of the others among each other stays. */
  widen(count: number): void {
    this.weights = widened(this.weights, count);
    this.usual = widened(this.usual, count);
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
