import type { Ns } from '../../api/time.js';

/** DENY and RSTR stop the association only when this many polls after them had no answer: anybody on the path can send them. */
const MUTE_POLLS = 3;

/** MAXPOLL of RFC 5905. */
const SLOWEST_NS = 2 ** 17 * 1e9;

/** What the kisses of a server that does not authenticate oblige us to (RFC 5905 §7.4). */
export class Kisses {
  /** Never to ask faster again than this. */
  #slowestNs: Ns = 0;
  #refusal: string | undefined;
  #mutePolls = 0;
  #unknown = 0;

  /** `intervalNs`: the interval that the kiss answers to. */
  take(code: string, intervalNs: Ns): void {
    if (code === 'RATE') this.#slowestNs = Math.min(SLOWEST_NS, Math.max(this.#slowestNs, intervalNs * 2));
    else if (code === 'DENY' || code === 'RSTR') this.#refusal = code;
    else this.#unknown++;
  }

  /** A real answer: the refusal was not meant, or not for us. */
  answered(): void {
    this.#refusal = undefined;
    this.#mutePolls = 0;
  }

  /** A poll that brought no time: no reply, or a kiss again. */
  missedOne(): void {
    if (this.#refusal !== undefined) this.#mutePolls++;
  }

  /** The shortest interval still allowed. */
  get minIntervalNs(): Ns {
    return this.#slowestNs;
  }

  /** The code by which the server sends us away. */
  get refusedBy(): string | undefined {
    return this.#mutePolls >= MUTE_POLLS ? this.#refusal : undefined;
  }

  /** Kisses with codes that mean nothing to us. */
  get unknown(): number {
    return this.#unknown;
  }
}
