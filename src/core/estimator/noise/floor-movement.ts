import type { Leg, Ns } from '../../../api/index.js';

/** Exchanges of which the shortest round trip is taken. */
const EXCHANGES = 16;
/** Shortest round trips over which their mean, variance and covariance are averaged. */
const AVERAGED_FLOORS = 256;
/** Fewer say nothing. */
const LEAST_FLOORS = 12;
/** A deviation counts as no more than this many mean ones: a few floors that are far off must not look like a movement. */
const GREATEST_DEVIATION = 3;
/** The covariance of neighbours must be this many of its sigmas above what independent ones would have. */
const SIGNIFICANT_SIGMAS = 4;

/**
 * Learns how far the early edge of a path's round trip moves slowly. Noise is new in each exchange, so it does not make the shortest
 * round trips of neighbouring stretches alike: their covariance is the variance of what moves. A clock is not in a round trip.
 *
 * A round trip that moves does not say which direction does. If each direction moves by itself, the bias of the path (half of
 * their difference) moves as much as its base delay (half of their sum), and no observation of this path shows it.
 */
export class FloorMovement {
  /** Delay of the last leg of each direction, ns; NaN: none since the last round trip. */
  private readonly last = { inbound: Number.NaN, outbound: Number.NaN };
  private exchanges = 0;
  private shortestNs = Number.POSITIVE_INFINITY;
  private floors = 0;
  /** The first floor, ns. The others count from it. */
  private firstNs: Ns = 0;
  /** The last floor, ns, and the means of the floors, of their size about the mean, of their squares and of neighbours' products. */
  private lastNs: Ns = 0;
  private meanNs: Ns = 0;
  private usualNs: Ns = 0;
  private squares = 0;
  private products = 0;

  /** Variance of the bias that moves with the path, ns². */
  get biasVariance(): number {
    const { floors, meanNs, squares, products } = this;
    if (floors < LEAST_FLOORS) return 0;
    const covariance = products - meanNs ** 2;
    const variance = squares - meanNs ** 2;
    return covariance > (SIGNIFICANT_SIGMAS * variance) / Math.sqrt(floors) ? covariance / 4 : 0;
  }

  /** Adds an ordinary leg. `delayNs`: how long it took by the estimate of the phase. */
  add(direction: Leg['direction'], delayNs: Ns): void {
    const { last } = this;
    last[direction] = delayNs;
    const roundTripNs = last.inbound + last.outbound;
    if (Number.isNaN(roundTripNs)) return;
    last.inbound = last.outbound = Number.NaN;
    this.shortestNs = Math.min(this.shortestNs, roundTripNs);
    if (++this.exchanges < EXCHANGES) return;
    this.addFloor(this.shortestNs);
    this.startStretch();
  }

  /** The path is another one. */
  reset(): void {
    this.startStretch();
    this.last.inbound = this.last.outbound = Number.NaN;
    this.floors = this.usualNs = this.meanNs = this.squares = this.products = 0;
  }

  private startStretch(): void {
    this.exchanges = 0;
    this.shortestNs = Number.POSITIVE_INFINITY;
  }

  private addFloor(floorNs: Ns): void {
    if (this.floors === 0) {
      this.firstNs = floorNs;
      this.lastNs = 0;
    }
    this.floors = Math.min(this.floors + 1, AVERAGED_FLOORS);
    const mostNs = this.usualNs > 0 ? GREATEST_DEVIATION * this.usualNs : Number.POSITIVE_INFINITY;
    const deviationNs = Math.min(Math.max(floorNs - this.firstNs - this.meanNs, -mostNs), mostNs);
    const fromFirstNs = this.meanNs + deviationNs;
    this.usualNs += (Math.abs(deviationNs) - this.usualNs) / this.floors;
    this.squares += (fromFirstNs ** 2 - this.squares) / this.floors;
    this.products += (fromFirstNs * this.lastNs - this.products) / this.floors;
    this.meanNs += deviationNs / this.floors;
    this.lastNs = fromFirstNs;
  }
}
