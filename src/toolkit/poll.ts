import type { Ns } from '../api/time.js';

export interface PollOptions {
  readonly minNs: Ns;
  readonly maxNs: Ns;
  /** `burst`: ask quickly at first, so that the time is known within seconds. */
  readonly start: 'burst' | 'steady';
}

/**
 * Gaps between the first requests, ns: the fastest that ntpd's rate limit permits (2 s apart, 8 s on average over a burst of
 * eight), and long enough in all that the clock's frequency is known when the long intervals begin.
 */
const BURST_GAPS_NS: readonly Ns[] = [2, 2, 2, 2, 2, 2, 2, 4, 4, 8, 8, 8, 8, 16, 16].map((gapS) => gapS * 1e9);
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
    this.#intervalNs = this.#options.minNs;
    this.#burst = this.#options.start === 'burst' ? BURST_GAPS_NS : [];
  }

  /**
   * Returns the time from the last request to the next, ns. `chance`, 0..1, spreads it by 1 to 5 %, so that clients do not
   * synchronise.
   */
  next(chance: number): Ns {
    const [gapNs = this.#intervalNs, ...rest] = this.#burst;
    this.#burst = rest;
    return Math.min(gapNs, this.#intervalNs) * (1.01 + 0.04 * chance);
  }

  /** To be called after the reply was reported to the hub. */
  answered(): void {
    this.#misses = 0;
    this.#intervalNs = this.#worthAskingIn(this.#options.minNs, this.#options.maxNs);
  }

  missedOne(): void {
    const { minNs, maxNs } = this.#options;
    this.#intervalNs = ++this.#misses <= PATIENCE ? minNs : Math.min(maxNs, this.#intervalNs * 2);
  }
}
