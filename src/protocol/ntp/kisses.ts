import type { Ns } from '../../api/time.js';

/**
 * Polls without an answer after a DENY or RSTR that stop the association: everyone on the path can forge a kiss. One that is
 * authenticated stops it at once.
 */
const MUTE_POLLS = 3;

/** Longest interval, ns: MAXPOLL of RFC 5905. */
const SLOWEST_NS = 2 ** 17 * 1e9;

/** Limits on polling by the kisses of death of a server (RFC 5905 §7.4). */
export class Kisses {
  readonly #mutePollsToStop: number;
  /** Shortest permitted poll interval. */
  #slowestNs: Ns = 0;
  #refusal: string | undefined;
  #mutePolls = 0;
  #unknown = 0;

  /** `authenticated`: kisses that are not are never taken. */
  constructor({ authenticated = false }: { readonly authenticated?: boolean } = {}) {
    this.#mutePollsToStop = authenticated ? 0 : MUTE_POLLS;
  }

  /** `intervalNs`: the poll interval at which the kiss came. */
  take(code: string, intervalNs: Ns): void {
    if (code === 'RATE') this.#slowestNs = Math.min(SLOWEST_NS, Math.max(this.#slowestNs, intervalNs * 2));
    else if (code === 'DENY' || code === 'RSTR') this.#refusal = code;
    else this.#unknown++;
  }

  /** To be called for each answer with time: it revokes a DENY or RSTR. */
  answered(): void {
    this.#refusal = undefined;
    this.#mutePolls = 0;
  }

  /** To be called for each poll without time: no reply, or a kiss. */
  missedOne(): void {
    if (this.#refusal !== undefined) this.#mutePolls++;
  }

  /** Shortest permitted poll interval, ns; 0 without a RATE kiss. */
  get minIntervalNs(): Ns {
    return this.#slowestNs;
  }

  /** The kiss code for which the association must stop; undefined: it may go on. */
  get refusedBy(): string | undefined {
    return this.#mutePolls >= this.#mutePollsToStop ? this.#refusal : undefined;
  }

  /** Number of kisses with unknown codes. */
  get unknown(): number {
    return this.#unknown;
  }
}
