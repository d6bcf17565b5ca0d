import type { Instant, Leg, Ns } from '../../../api/index.js';

type Direction = Leg['direction'];

/** One leg in so many is compared while nothing is unusual. */
const EVERY = 8;
/** Round trips of which the shortest is kept, twice. */
const STRETCH = 16;

/** A leg as it was measured. */
interface MeasuredLeg {
  transitNs: Ns;
  monotonic: Instant;
}

/**
 * The shortest recent round trips of a path. No clock is in a round trip: one that has not become longer shows that no route has,
 * whatever the estimate of the phase says of each direction.
 */
export class RoundTrips {
  private readonly last: Record<Direction, MeasuredLeg> = { inbound: noLeg(), outbound: noLeg() };
  private legs = 0;
  private count = 0;
  private presentNs = Number.POSITIVE_INFINITY;
  private previousNs = Number.POSITIVE_INFINITY;

  /** The shortest of the last 16 to 32 that were kept, ns; infinite without one. */
  get shortestNs(): Ns {
    return Math.min(this.presentNs, this.previousNs);
  }

  /** True if the round trip of the last leg is to be kept. */
  get isDue(): boolean {
    return this.legs === 0;
  }

  note({ direction, transitNs, monotonic }: Leg): void {
    const last = this.last[direction];
    last.transitNs = transitNs;
    last.monotonic = monotonic;
    this.legs = (this.legs + 1) % EVERY;
  }

  /** Returns the last leg of a direction. Its transit is NaN without one. */
  lastOf(direction: Direction): Readonly<MeasuredLeg> {
    return this.last[direction];
  }

  keep(roundTripNs: Ns): void {
    if (Number.isNaN(roundTripNs)) return;
    this.presentNs = Math.min(this.presentNs, roundTripNs);
    if (++this.count < STRETCH) return;
    this.count = 0;
    this.previousNs = this.presentNs;
    this.presentNs = Number.POSITIVE_INFINITY;
  }

  /** The path is another one. `knownNs`: its shortest round trip, if that is known. */
  restart(knownNs = Number.POSITIVE_INFINITY): void {
    this.count = 0;
    this.presentNs = knownNs;
    this.previousNs = Number.POSITIVE_INFINITY;
  }
}

const noLeg = (): MeasuredLeg => ({ transitNs: Number.NaN, monotonic: 0n });
