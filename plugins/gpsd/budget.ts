import { type Instant, NS_PER_S, type Ns } from 'timehub/api';

export interface BudgetOptions {
  /** Units that come back each second. */
  readonly perSecond: number;
  /** Units at most. */
  readonly most: number;
}

/** A limit on lines, octets or samples of a gpsd: a token bucket that may be overdrawn by `charge`. */
export class Budget {
  readonly #options: BudgetOptions;
  #left: number;
  #at: Instant | undefined;

  constructor(options: BudgetOptions) {
    this.#options = options;
    this.#left = options.most;
  }

  /** Takes one unit. Returns false, and takes nothing, when there is none. */
  take(now: Instant): boolean {
    this.#refill(now);
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }

  /** Takes the units, whether they are there or not. Returns after how many ns the debt is paid, 0 without one. */
  charge(units: number, now: Instant): Ns {
    this.#refill(now);
    this.#left -= units;
    return this.#left >= 0 ? 0 : (-this.#left / this.#options.perSecond) * NS_PER_S;
  }

  #refill(now: Instant): void {
    const { perSecond, most } = this.#options;
    const elapsedNs = this.#at === undefined ? 0 : Number(now - this.#at);
    this.#at = now;
    this.#left = Math.min(most, this.#left + (elapsedNs / NS_PER_S) * perSecond);
  }
}
