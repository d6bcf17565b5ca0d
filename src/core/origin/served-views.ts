import { type Claims, type Instant, NS_PER_S, type Ns, type NtpView } from '../../api/index.js';

/** As many states are kept: an answer is one round trip old. */
const CAPACITY = 256;
/** Rounding of the formats of NTP: 2^-16 s of the root delay, and more than 2^-32 s of the reference time. */
const SHORT_NS: Ns = 16e3;
const STAMP_NS: Ns = 100;
/** A follower of ours asks at least every 2^13 s. */
const STRATUM_MEMORY_NS = BigInt(8192 * NS_PER_S);
const UNSYNCHRONISED = 16;

/** The views that this hub served lately, for comparison with the claims of a source. */
export class ServedViews {
  readonly #views: NtpView[] = [];
  /** When each stratum was served last. */
  readonly #strata = new Map<number, Instant>();
  #next = 0;

  add(view: NtpView, now: Instant): void {
    if (view.stratum >= UNSYNCHRONISED) return;
    this.#views[this.#next] = view;
    this.#next = (this.#next + 1) % CAPACITY;
    this.#strata.set(view.stratum, now);
  }

  hasServed(stratum: number, now: Instant): boolean {
    const at = this.#strata.get(stratum);
    return at !== undefined && now - at < STRATUM_MEMORY_NS;
  }

  /** Returns true when these claims are what this hub said of itself: its own answer came back by a detour. */
  isOwn({ stratum, reference, rootDelayNs = 0, referenceTime }: Claims): boolean {
    if (stratum === undefined || referenceTime === undefined) return false;
    return this.#views.some(
      (view) =>
        view.stratum === stratum &&
        view.refid === reference &&
        Math.abs(view.rootDelayNs - rootDelayNs) <= SHORT_NS &&
        Math.abs(Number(view.referenceTime - referenceTime)) <= STAMP_NS,
    );
  }
}
