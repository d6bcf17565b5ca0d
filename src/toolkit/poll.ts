import type { Ns } from '../api/time.js';

export interface PollOptions {
  readonly minNs: Ns;
  readonly maxNs: Ns;
  /** A burst finds the time within seconds, whatever the interval. */
  readonly start: 'burst' | 'steady';
}

/**
 * Between the requests at the start, in seconds: as quick as a server with ntpd's rate limit bears (2 s apart, 8 s on the
 * average over a burst of eight), and long enough that the clock's rate is known when the long intervals begin.
 */
const BURST_GAPS_NS: readonly Ns[] = [2, 2, 2, 2, 2, 2, 2, 4, 4, 8, 8, 8, 8, 16, 16].map((gapS) => gapS * 1e9);
/** Misses in a row until the server counts as gone. Until then it is asked again soon, to know; from then on ever later. */
const PATIENCE = 4;

/** When to ask next: quickly at the start, then when the hub finds it worth while, and ever later while nobody answers. */
export class Poll {
  readonly #options: PollOptions;
  /** How long until another answer is worth asking for, within the limits given. */
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

  /** Begins again as at the start: the network is another one. */
  restart(): void {
    this.#misses = 0;
    this.#intervalNs = this.#options.minNs;
    this.#burst = this.#options.start === 'burst' ? BURST_GAPS_NS : [];
  }

  /** From the last request to the next. `chance` in 0..1 spreads it by 1 to 5 %, so that clients do not march in step. */
  next(chance: number): Ns {
    const [gapNs = this.#intervalNs, ...rest] = this.#burst;
    this.#burst = rest;
    return Math.min(gapNs, this.#intervalNs) * (1.01 + 0.04 * chance);
  }

  /** To be called once the hub has heard the answer. */
  answered(): void {
    this.#misses = 0;
    this.#intervalNs = this.#worthAskingIn(this.#options.minNs, this.#options.maxNs);
  }

  missedOne(): void {
    const { minNs, maxNs } = this.#options;
    this.#intervalNs = ++this.#misses <= PATIENCE ? minNs : Math.min(maxNs, this.#intervalNs * 2);
  }
}
