import type { Ns } from '../api/time.js';

export interface PollOptions {
  readonly minNs: Ns;
  readonly maxNs: Ns;
  /** `burst`: ask quickly at first, so that the time is known within seconds. */
  readonly start: 'burst' | 'steady';
  /** Ask again soon after a lost reply, as long as the mean interval stays above `minNs`. Default: false. */
  readonly retries?: boolean;
}

/**
 * Gaps between the first requests, ns: the fastest that ntpd's rate limit permits (2 s apart, 8 s on average over a burst of
 * eight), and long enough in all that the clock's frequency is known when the long intervals begin.
 */
const BURST_GAPS_NS: readonly Ns[] = [2, 2, 2, 2, 2, 2, 2, 4, 4, 8, 8, 8, 8, 16, 16].map((gapS) => gapS * 1e9);
/** Time from a request without a reply to the next try of the same poll, ns, and the number of such tries. */
const RETRY_GAP_NS = 2e9;
const MOST_RETRIES = 3;
/** Misses in a row after which the intervals double. Before, the server is asked at the shortest interval. */
const PATIENCE = 4;

/** The poll interval: short at the start, then as the hub advises, and doubling while no reply comes. */
export class Poll {
  readonly #options: PollOptions;
  /** `SourceContext.worthAskingIn`. */
  readonly #worthAskingIn: (minNs: Ns, maxNs: Ns) => Ns;
  #burst: readonly Ns[];
  #intervalNs: Ns;
  #misses = 0;
  /** Tries that are left in this poll. */
  #retries = 0;
  #isRetry = false;

  constructor(options: PollOptions, worthAskingIn: (minNs: Ns, maxNs: Ns) => Ns) {
    this.#options = options;
    this.#worthAskingIn = worthAskingIn;
    this.#intervalNs = options.minNs;
    this.#burst = options.start === 'burst' ? BURST_GAPS_NS : [];
  }

  get intervalNs(): Ns {
    return this.#intervalNs;
  }

  /** Begins again as at the start, because the network has changed. */
  restart(): void {
    this.#misses = 0;
    this.#isRetry = false;
    this.#intervalNs = this.#options.minNs;
    this.#burst = this.#options.start === 'burst' ? BURST_GAPS_NS : [];
  }

  /**
   * Returns the time from the last request to the next, ns. `chance`, 0..1, spreads it by 1 to 5 %, so that clients do not
   * synchronise.
   */
  next(chance: number): Ns {
    const spread = 1.01 + 0.04 * chance;
    if (this.#isRetry) {
      this.#isRetry = false;
      return Math.min(RETRY_GAP_NS, this.#options.minNs) * spread;
    }
    const [gapNs = this.#intervalNs, ...rest] = this.#burst;
    this.#burst = rest;
    return Math.min(gapNs, this.#intervalNs) * spread;
  }

  /** To be called after the reply was reported to the hub. */
  answered(): void {
    const { minNs, maxNs, retries = false } = this.#options;
    this.#misses = 0;
    this.#intervalNs = this.#worthAskingIn(minNs, maxNs);
    this.#retries = retries ? Math.min(MOST_RETRIES, Math.floor(this.#intervalNs / minNs) - 1) : 0;
  }

  missedOne(): void {
    const { minNs, maxNs } = this.#options;
    if (this.#retries > 0) {
      this.#retries--;
      this.#isRetry = true;
      return;
    }
    this.#intervalNs = ++this.#misses <= PATIENCE ? minNs : Math.min(maxNs, this.#intervalNs * 2);
  }
}
