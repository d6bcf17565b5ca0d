/** More variables than any observation sees: a phase, a delay and two slopes. */
const MOST_VARIABLES = 8;

/** One row h of the observation matrix: the few variables that an observation sees, each with its coefficient. */
export class ObservationRow {
  readonly index = new Int32Array(MOST_VARIABLES);
  readonly coefficient = new Float64Array(MOST_VARIABLES);
  count = 0;

  clear(): this {
    this.count = 0;
    return this;
  }

  add(index: number, coefficient: number): this {
    this.index[this.count] = index;
    this.coefficient[this.count] = coefficient;
    this.count++;
    return this;
  }

  /** h·x */
  dot(x: Float64Array): number {
    let sum = 0;
    for (let k = 0; k < this.count; k++) sum += this.coefficient[k]! * x[this.index[k]!]!;
    return sum;
  }
}
