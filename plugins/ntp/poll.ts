import type { Instant, Ns } from 'timehub/api';

export interface PollOptions {
  readonly minNs: Ns;
  readonly maxNs: Ns;
  /** A burst finds the time within seconds, whatever the interval. */
  readonly start: 'burst' | 'steady';
}

/** Between the requests at the start: quick, yet no more than eight in ten seconds. */
const BURST_GAPS_NS: readonly Ns[] = [0.25e9, 0.5e9, 1e9, 2e9, 2e9, 2e9, 2e9];
/** Answers at one interval before it is doubled. */
const CALM_ANSWERS = 8;
/** Misses in a row before the interval is doubled: until then a packet was lost, from then on the server is gone. */
const PATIENCE = 4;
/** An offset this many mean residuals from where the last two point is a surprise. */
const SURPRISE = 8;

/**
 * When to ask next. Doubles the interval after eight answers that surprised nobody, returns to the shortest after one that
 * did, and backs off while nobody answers.
 */
export class Poll {
  readonly #minNs: Ns;
  readonly #maxNs: Ns;
  #burst: readonly Ns[];
  #intervalNs: Ns;
  #calm = 0;
  #misses = 0;
  #points: readonly { readonly at: Instant; readonly offsetNs: Ns }[] = [];
  #residualNs: Ns = 0;

  constructor(options: PollOptions) {
    this.#minNs = options.minNs;
    this.#maxNs = options.maxNs;
    this.#intervalNs = options.minNs;
    this.#burst = options.start === 'burst' ? BURST_GAPS_NS : [];
  }

  get intervalNs(): Ns {
    return this.#intervalNs;
  }

  /** From the last request to the next. `chance` in 0..1 spreads it by 1 to 5 %, so that clients do not march in step. */
  next(chance: number): Ns {
    const [gapNs = this.#intervalNs, ...rest] = this.#burst;
    this.#burst = rest;
    return Math.min(gapNs, this.#intervalNs) * (1.01 + 0.04 * chance);
  }

  answered(offsetNs: Ns, at: Instant): void {
    const surprised = this.#surprises(offsetNs, at);
    this.#points = [...this.#points.slice(-1), { at, offsetNs }];
    if (surprised || this.#misses >= PATIENCE) {
      this.#intervalNs = this.#minNs;
      this.#calm = 0;
    } else if (this.#burst.length === 0 && ++this.#calm >= CALM_ANSWERS) {
      this.#intervalNs = Math.min(this.#maxNs, this.#intervalNs * 2);
      this.#calm = 0;
    }
    this.#misses = 0;
  }

  missedOne(): void {
    this.#calm = 0;
    if (++this.#misses > PATIENCE) this.#intervalNs = Math.min(this.#maxNs, this.#intervalNs * 2);
  }

  #surprises(offsetNs: Ns, at: Instant): boolean {
    const [older, newer] = this.#points;
    if (older === undefined || newer === undefined) return false;
    const slope = (newer.offsetNs - older.offsetNs) / Number(newer.at - older.at);
    const residualNs = Math.abs(offsetNs - newer.offsetNs - slope * Number(at - newer.at));
    const known = this.#residualNs;
    this.#residualNs = known === 0 ? residualNs : 0.9 * known + 0.1 * residualNs;
    return known > 0 && residualNs > SURPRISE * known;
  }
}
