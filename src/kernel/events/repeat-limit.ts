import { BoundedMap, type Instant, NS_PER_S } from '../../api/index.js';

/** Maximum number of reports of one sentence, until it was not heard for `FORGOTTEN_NS`. */
const SAME_SENTENCE = 3;
const FORGOTTEN_NS = 600 * NS_PER_S;

/** Maximum number of reports of a subject in a row. One more is granted per `ONE_MORE_NS`. */
const ANY_SENTENCE = 30;
const ONE_MORE_NS = 60 * NS_PER_S;

/** Maximum number of known sentences of a subject. */
const MOST_HEARD = 64;

/** Limits how often the sentences of one subject are reported. */
export class RepeatLimit {
  /** Reported sentences without their numbers, in the order in which they were last heard. */
  readonly #heard = new BoundedMap<string, { count: number; at: Instant }>({ capacity: MOST_HEARD });
  #left = ANY_SENTENCE;
  #at: Instant;

  constructor(now: Instant) {
    this.#at = now;
  }

  /** Number of known sentences. */
  get remembered(): number {
    return this.#heard.size;
  }

  /** Returns true if the sentence may be reported now, and counts it. */
  take(gist: string, now: Instant): boolean {
    this.#forget(now);
    const heard = this.#heard.get(gist);
    const count = heard?.count ?? 0;
    const reports = count < SAME_SENTENCE && this.#spend(now);
    if (!reports && heard === undefined) return false;
    this.#heard.set(gist, { count: reports ? count + 1 : count, at: now });
    return reports;
  }

  #spend(now: Instant): boolean {
    this.#left = Math.min(ANY_SENTENCE, this.#left + Number(now - this.#at) / ONE_MORE_NS);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }

  #forget(now: Instant): void {
    for (const [gist, { at }] of this.#heard) {
      if (Number(now - at) <= FORGOTTEN_NS) return;
      this.#heard.delete(gist);
    }
  }
}
