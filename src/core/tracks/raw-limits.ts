import { type Instant, NS_PER_S, type Ns } from '../../api/index.js';

/** Number of newest limits that are kept on each side, as in NTP's clock filter (RFC 5905 §10). */
const KEPT = 8;

/**
 * Limits of a clock's offset by the newest observations of one track, each by itself: no filter, so that no other source has
 * bent them. An outbound leg limits the offset from above, an inbound one from below, since no message arrives before it was
 * sent. Offsets are those of the clock as it would be without any control, ns.
 */
export class RawLimits {
  readonly #upper = new LimitRing();
  readonly #lower = new LimitRing();

  noteUpper(offsetNs: Ns, at: Instant): void {
    this.#upper.add(offsetNs, Number(at));
  }

  noteLower(offsetNs: Ns, at: Instant): void {
    this.#lower.add(-offsetNs, Number(at));
  }

  restart(): void {
    this.#upper.clear();
    this.#lower.clear();
  }

  /** Returns the least upper limit at `now`; Infinity without one. The clock's offset changes at `ratePpb` ± `tolerancePpb`. */
  upperNs(now: Instant, ratePpb: number, tolerancePpb: number): Ns {
    return this.#upper.least(Number(now), ratePpb + tolerancePpb);
  }

  /** Returns the greatest lower limit at `now`; −Infinity without one. */
  lowerNs(now: Instant, ratePpb: number, tolerancePpb: number): Ns {
    return -this.#lower.least(Number(now), tolerancePpb - ratePpb);
  }
}

/** The newest `KEPT` upper limits with their instants. */
class LimitRing {
  readonly #limits = new Float64Array(KEPT);
  readonly #instants = new Float64Array(KEPT);
  #added = 0;

  add(limitNs: Ns, at: number): void {
    const index = this.#added++ % KEPT;
    this.#limits[index] = limitNs;
    this.#instants[index] = at;
  }

  clear(): void {
    this.#added = 0;
  }

  /** Returns the least limit, each grown by `growthPpb` since its instant. */
  least(now: number, growthPpb: number): Ns {
    let leastNs = Number.POSITIVE_INFINITY;
    for (let i = 0; i < Math.min(this.#added, KEPT); i++)
      leastNs = Math.min(leastNs, this.#limits[i]! + growthPpb * ((now - this.#instants[i]!) / NS_PER_S));
    return leastNs;
  }
}
