import { type Claims, type Instant, NS_PER_S, type Ns, type NtpView } from '../../api/index.js';
import { UNSYNCHRONISED } from '../tracks/stratum.js';

/** Number of views that are kept: a reply is one round trip old. */
const CAPACITY = 256;
/** Rounding of the root delay in NTP's short format, 2^-16 s. */
const SHORT_NS: Ns = 16e3;
/** Tolerance for the rounding of the reference time, 2^-32 s. */
const STAMP_NS: Ns = 100;
/** Longest poll interval of a follower, 2^13 s. */
const STRATUM_MEMORY_NS = BigInt(8192 * NS_PER_S);

/** The NTP views that this hub served lately, to recognise the hub's own time in a source's claims. */
export class ServedViews {
  readonly #views: NtpView[] = [];
  /** Stratum → when it was served last. */
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

  /** Returns true when the claims equal a view that this hub served: its own time came back by a detour. */
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
