import type { Instant } from '../../api/time.js';

/** A budget of `perS` tokens a second, of which one second's share may be used at once. */
export class TokenBucket {
  readonly #perS: number;
  #tokens: number;
  #filledAt: Instant | undefined;

  constructor(perS: number) {
    this.#perS = perS;
    this.#tokens = perS;
  }

  /** Takes `count` tokens and returns true; returns false if less than `reserve` (a share of `perS`, 0 to 1) would be left. */
  take(count: number, now: Instant, reserve = 0): boolean {
    const elapsedNs = this.#filledAt === undefined ? 0 : Number(now - this.#filledAt);
    this.#filledAt = now;
    this.#tokens = Math.min(this.#perS, this.#tokens + (Math.max(0, elapsedNs) / 1e9) * this.#perS);
    if (this.#tokens - reserve * this.#perS < count) return false;
    this.#tokens -= count;
    return true;
  }
}
