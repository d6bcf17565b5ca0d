import { BoundedMap, type Instant, NS_PER_S } from '../../api/index.js';

/** Reports of one sentence before it is held back, and the silence after which it is reported again. */
const SAME_SENTENCE = 3;
const FORGOTTEN_NS = 600 * NS_PER_S;

/** Sentences of a subject that are reported in a row, and the time after which one more may be. */
const ANY_SENTENCE = 30;
const ONE_MORE_NS = 60 * NS_PER_S;

/** Sentences that are remembered; an older one counts as new. `ANY_SENTENCE` holds for them all. */
const MOST_HEARD = 64;

/** Decides which sentences of one subject are reported at once. */
export class RepeatLimit {
  /** By gist, reported sentences only, the one that was heard last at the end. */
  readonly #heard = new BoundedMap<string, { count: number; at: Instant }>({ capacity: MOST_HEARD });
  #left = ANY_SENTENCE;
  #at: Instant;

  constructor(now: Instant) {
    this.#at = now;
  }

  /** Sentences in memory. */
  get remembered(): number {
    return this.#heard.size;
  }

  /** Returns whether the sentence is to be reported, and counts it. */
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
