/**
 * A share of one processor, as a token bucket: it fills with `share` milliseconds a millisecond up to one second's worth. Work
 * is measured after it was done, so that one long piece of work leaves a debt, which the next ones wait for.
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

  /** The time that may be spent now, ms; negative: a debt. */
  get left(): number {
    const now = this.#now();
    this.#left = Math.min(this.full, this.#left + (now - this.#at) * this.#share);
    this.#at = now;
    return this.#left;
  }

  /** Does the work and takes its time from the budget. */
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

  /** Time until `ms` may be spent. */
  until(ms: number): number {
    return Math.max(0, (ms - this.left) / this.#share);
  }

  /** The most that it holds, ms. */
  get full(): number {
    return this.#share * 1_000;
  }
}
