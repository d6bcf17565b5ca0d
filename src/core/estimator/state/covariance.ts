import type { ObservationRow } from './observation-row.js';

/**
 * A covariance P = U·D·Uᵀ with U unit upper triangular. It cannot lose symmetry or become indefinite, although first guesses
 * are as wide as seconds and noise is below a nanosecond (Bierman, Factorization Methods for Discrete Sequential Estimation,
 * 1977). U is stored by columns. Only `insert` allocates.
 */
export class Covariance {
  size = 0;
  /** P·h, after `project` and then `condition` or `computeGain`. */
  gain: Float64Array;
  private stride: number;
  private u: Float64Array;
  private d: Float64Array;
  /** Uᵀ·h after `project`. */
  private g: Float64Array;
  private work: Float64Array;

  constructor(capacity: number) {
    this.stride = capacity;
    this.u = new Float64Array(capacity * capacity);
    this.d = new Float64Array(capacity);
    this.g = new Float64Array(capacity);
    this.gain = new Float64Array(capacity);
    this.work = new Float64Array(capacity);
  }

  /** Adds a variable at index `at`, independent of all others. */
  insert(at: number, variance: number): void {
    if (this.size === this.stride) this.doubleCapacity();
    const { u, d, stride } = this;
    for (let j = this.size; j > at; j--) {
      d[j] = d[j - 1]!;
      for (let i = j; i >= 0; i--) u[j * stride + i] = i > at ? u[(j - 1) * stride + i - 1]! : u[(j - 1) * stride + i]!;
      u[j * stride + at] = 0;
    }
    for (let i = 0; i < at; i++) u[at * stride + i] = 0;
    u[at * stride + at] = 1;
    d[at] = variance;
    this.size++;
  }

  /** Removes a variable; the covariance of the others stays as it is. */
  remove(at: number): void {
    const { u, d, stride } = this;
    this.makeIndependent(at, 0);
    for (let j = at; j < this.size - 1; j++) {
      d[j] = d[j + 1]!;
      for (let i = 0; i <= j; i++) u[j * stride + i] = i < at ? u[(j + 1) * stride + i]! : u[(j + 1) * stride + i + 1]!;
    }
    this.size--;
  }

  /** Makes a variable independent of all others, with this variance. */
  makeIndependent(at: number, variance: number): void {
    const { u, d, stride, work } = this;
    for (let i = 0; i < at; i++) {
      work[i] = u[at * stride + i]!;
      u[at * stride + i] = 0;
    }
    if (at > 0) this.addOuter(d[at]!, work, at - 1);
    for (let j = at + 1; j < this.size; j++) u[j * stride + at] = 0;
    d[at] = variance;
  }

  /** P += weight·v·vᵀ (Agee and Turner). `v` must be zero beyond `last`; its contents are lost. */
  addOuter(weight: number, v: Float64Array, last: number): void {
    const { u, d, stride } = this;
    // The + tells V8 that this is a number: without it, V8 allocates one in each turn of the loop.
    let c = +weight;
    for (let j = last; j > 0 && c > 0; j--) {
      const s = v[j]!;
      if (s === 0) continue;
      const before = d[j]!;
      const after = before + c * s * s;
      const b = (c * s) / after;
      d[j] = after;
      c *= before / after;
      for (let i = 0, k = j * stride; i < j; i++, k++) {
        v[i] = v[i]! - s * u[k]!;
        u[k] = u[k]! + b * v[i]!;
      }
    }
    if (c > 0) d[0] = d[0]! + c * v[0]! * v[0]!;
  }

  /** Adds independent noise to one variable. */
  addVariance(at: number, variance: number): void {
    for (let i = 0; i < at; i++) this.work[i] = 0;
    this.work[at] = 1;
    this.addOuter(variance, this.work, at);
  }

  /** Variable i += factor · variable j, for j > i. Such a shear keeps U triangular. */
  shear(i: number, j: number, factor: number): void {
    const { u, size, stride } = this;
    for (let k = j, at = k * stride; k < size; k++, at += stride) u[at + i] = u[at + i]! + factor * u[at + j]!;
  }

  /** Returns the variance of h·x, and keeps Uᵀ·h for `computeGain` or `condition`. */
  project(row: ObservationRow): number {
    const { u, d, g, stride } = this;
    let variance = 0;
    for (let j = 0; j < this.size; j++) {
      let sum = 0;
      for (let k = 0; k < row.count; k++) {
        const i = row.index[k]!;
        if (i <= j) sum += row.coefficient[k]! * u[j * stride + i]!;
      }
      g[j] = sum;
      variance += d[j]! * sum * sum;
    }
    return variance;
  }

  /** Computes `gain` without changing the covariance. */
  computeGain(): void {
    const { u, d, g, gain, stride } = this;
    gain.fill(0, 0, this.size);
    for (let j = 0; j < this.size; j++) {
      const v = d[j]! * g[j]!;
      if (v !== 0) for (let i = 0; i <= j; i++) gain[i] = gain[i]! + u[j * stride + i]! * v;
    }
  }

  /** Conditions on a measurement of h·x with variance `noise` > 0. `gain` becomes P·h with the P of before. */
  condition(noise: number): void {
    const { u, d, g, gain, stride } = this;
    let alpha = +noise;
    for (let j = 0; j < this.size; j++) {
      const f = g[j]!;
      const v = d[j]! * f;
      const lambda = -f / alpha;
      const next = alpha + v * f;
      d[j] = (d[j]! * alpha) / next;
      alpha = next;
      for (let i = 0, k = j * stride; i < j; i++, k++) {
        const before = u[k]!;
        u[k] = before + gain[i]! * lambda;
        gain[i] = gain[i]! + before * v;
      }
      gain[j] = v;
    }
  }

  /** Copies another covariance of the same capacity into this one. */
  copyFrom(from: Covariance): void {
    if (this.stride !== from.stride) throw new RangeError(`The capacity is ${this.stride}, not ${from.stride}.`);
    this.size = from.size;
    this.u.set(from.u);
    this.d.set(from.d);
  }

  /** Copies a covariance of another capacity, but of no more variables than fit, into this one. */
  adopt({ size, stride, u, d }: Covariance): void {
    if (this.stride < size) throw new RangeError(`The capacity is ${this.stride}, not ${size}.`);
    this.size = size;
    for (let j = 0; j < size; j++) {
      this.d[j] = d[j]!;
      for (let i = 0; i <= j; i++) this.u[j * this.stride + i] = u[j * stride + i]!;
    }
  }

  /** Returns the variance of one variable: what `project` returns for a row with it alone. */
  variance(i: number): number {
    const { u, d, size, stride } = this;
    let sum = 0;
    for (let k = i, at = k * stride + i; k < size; k++, at += stride) sum += d[k]! * u[at]! * u[at]!;
    return sum;
  }

  covariance(i: number, j: number): number {
    const { u, d, size, stride } = this;
    let sum = 0;
    for (let k = Math.max(i, j), at = k * stride; k < size; k++, at += stride) sum += u[at + i]! * u[at + j]! * d[k]!;
    return sum;
  }

  private doubleCapacity(): void {
    const stride = this.stride * 2;
    const u = new Float64Array(stride * stride);
    for (let j = 0; j < this.size; j++) {
      u.set(this.u.subarray(j * this.stride, j * this.stride + this.size), j * stride);
    }
    const longer = (old: Float64Array) => {
      const array = new Float64Array(stride);
      array.set(old);
      return array;
    };
    this.u = u;
    this.d = longer(this.d);
    this.g = longer(this.g);
    this.gain = longer(this.gain);
    this.work = longer(this.work);
    this.stride = stride;
  }
}
