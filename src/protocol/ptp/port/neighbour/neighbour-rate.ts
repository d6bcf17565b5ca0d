import type { Instant, Ns } from '../../../../api/time.js';

interface Point {
  /** t3 and t4 of one exchange: sent by the neighbour, received here. */
  readonly remote: Instant;
  readonly local: Instant;
}

/** Exchanges of one ratio. 802.1AS-2020 §11.2.19.3.3 leaves the number open; its example is seven. */
const WINDOW = 8;
/** Maximum plausible ratio − 1 (802.1AS-2020 annex B.1.1 allows each clock ±100 ppm). */
const BELIEVABLE_PPB = 250_000;
/** Tolerance for the error of stamps, ns. A larger deviation is a step of a clock. */
const STEP_NS = 1e6;
/** Variance of inner points about the line through both ends, in variances of one point: 1 + the mean of x² + (1 − x)². */
const ABOUT_LINE = 5 / 3;

/** neighborRateRatio − 1 in ppb (802.1AS-2020 §10.2.5.7): rate of the neighbour's clock − rate of the local clock. */
export class NeighbourRate {
  /** Rate of an earlier run, used until one is measured. */
  savedPpb: number | undefined;
  #points: readonly Point[] = [];
  #ratePpb: number | undefined;
  #isOfWindow = false;

  /** Undefined before the second exchange, unless a rate is saved. */
  get ratePpb(): number | undefined {
    return this.#ratePpb ?? this.savedPpb;
  }

  /** Returns true once the rate is that of a whole window. */
  get isSettled(): boolean {
    return this.#points.length === WINDOW;
  }

  /** Number of exchanges so far. */
  count = 0;

  /** Exchanges of one ratio. */
  readonly window = WINDOW;

  /** Returns one sigma of the rate of a whole window, from its points' deviations from a line, at least `floorNs` each. */
  noisePpb(floorNs: Ns): number {
    const [first, last] = [this.#points[0]!, this.#points.at(-1)!];
    const perNs = ratePpb(first, last) / 1e9;
    const squares = this.#points.map(
      (point) => (gainNs(first, point) - perNs * Number(point.local - first.local)) ** 2,
    );
    const variance = squares.reduce((sum, square) => sum + square, 0) / (ABOUT_LINE * (WINDOW - 2));
    return (Math.SQRT2 * Math.max(floorNs, Math.sqrt(variance)) * 1e9) / Number(last.local - first.local);
  }

  add(remote: Instant, local: Instant): void {
    const point = { remote, local };
    this.count++;
    const last = this.#points.at(-1);
    if (last !== undefined && isStep(last, point)) this.restart();
    this.#points = [...this.#points, point].slice(-WINDOW);
    // Keep the ratio of a whole window until the next window is full, too.
    if (this.#points.length < 2 || (this.#isOfWindow && !this.isSettled)) return;
    const measured = ratePpb(this.#points[0]!, point);
    if (Math.abs(measured) > BELIEVABLE_PPB) return;
    this.#ratePpb = measured;
    this.#isOfWindow = this.isSettled;
  }

  /** Starts a new window after a step of a clock. The rate stays. */
  restart(): void {
    this.#points = [];
  }

  /** Starts again with another neighbour. */
  clear(): void {
    this.restart();
    this.#ratePpb = undefined;
    this.#isOfWindow = false;
  }
}

const gainNs = (from: Point, to: Point): Ns => Number(to.remote - from.remote - (to.local - from.local));

function isStep(from: Point, to: Point): boolean {
  const local = Number(to.local - from.local);
  // Also when no local time has passed: two equal stamps give no ratio, and a clock that went back was stepped.
  return local <= 0 || Math.abs(gainNs(from, to)) > STEP_NS + BELIEVABLE_PPB * 1e-9 * local;
}

const ratePpb = (from: Point, to: Point): number => (gainNs(from, to) / Number(to.local - from.local)) * 1e9;
