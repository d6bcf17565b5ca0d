import { type Instant, NS_PER_S, type Ns } from 'timehub/api';

export interface BudgetOptions {
  /** Units refilled each second. */
  readonly perSecond: number;
  /** Capacity, units. */
  readonly most: number;
}

/** Limits lines, octets or samples of a gpsd: a token bucket that `charge` may overdraw. */
export class Budget {
  readonly #options: BudgetOptions;
  #left: number;
  #at: Instant | undefined;

  constructor(options: BudgetOptions) {
    this.#options = options;
    this.#left = options.most;
  }

  /** Takes one unit. Returns false if there is none. */
  take(now: Instant): boolean {
    this.#refill(now);
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }

  /** Takes the units, even beyond what is there. Returns the time until the debt is paid, ns; 0 without a debt. */
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
