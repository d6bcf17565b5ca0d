/**
 * A share of one processor as a token bucket. It fills with `share` milliseconds per millisecond, up to the amount of one second.
 * Work is charged after it was done: a long piece of work leaves a debt, for which the next ones wait.
 */
export class CpuBudget {
  readonly #share: number;
  readonly #now: () => number;
  #left: number;
  #at: number;

  /** `share`: 0 to 1. `now`: monotonic, ms. */
  constructor(share: number, now: () => number) {
    this.#share = share;
    this.#now = now;
    this.#left = this.full;
    this.#at = now();
  }

  /** CPU time that may be spent now, ms. Negative: a debt. */
  get left(): number {
    const now = this.#now();
    this.#left = Math.min(this.full, this.#left + (now - this.#at) * this.#share);
    this.#at = now;
    return this.#left;
  }

  /** Does the work and charges its CPU time. */
  spend(work: () => void): void {
    const before = this.#now();
    try {
      work();
    } finally {
      this.charge(this.#now() - before);
    }
  }

  charge(ms: number): void {
    this.#left = this.left - ms;
  }

  /** Returns the time until `ms` may be spent, ms. */
  until(ms: number): number {
    return Math.max(0, (ms - this.left) / this.#share);
  }

  /** Capacity, ms. */
  get full(): number {
    return this.#share * 1_000;
  }
}
