import type { Instant, Ns } from '../../../../api/time.js';

interface Point {
  /** t3 and t4 of one exchange: the neighbour sent it, we received it. */
  readonly remote: Instant;
  readonly local: Instant;
}

/** Exchanges that a ratio is taken over; 802.1AS-2020 §11.2.19.3.3 leaves it open, seven is its own example. */
const WINDOW = 8;
/** No oscillator of ours is that wrong (802.1AS-2020 annex B.1.1: ±100 ppm each). */
const BELIEVABLE_PPB = 250_000;
/** Beside that, what stamps are off by: more is a step of a clock. */
const STEP_NS = 1e6;
/** Of a point within a line through its ends, in terms of the variance of one point: 1 + the mean of x² + (1 − x)². */
const ABOUT_LINE = 5 / 3;

/** How much faster than ours the neighbour's clock runs: neighborRateRatio (802.1AS-2020 §10.2.5.7). */
export class NeighbourRate {
  /** Of an earlier run, until there is a measured one. */
  savedPpb: number | undefined;
  #points: readonly Point[] = [];
  #ratePpb: number | undefined;
  #isOfWindow = false;

  /** Rate of the neighbour − ours; undefined until two exchanges where none is stored. */
  get ratePpb(): number | undefined {
    return this.#ratePpb ?? this.savedPpb;
  }

  /** Over a whole window. */
  get isSettled(): boolean {
    return this.#points.length === WINDOW;
  }

  /** Exchanges taken so far. */
  count = 0;

  /** How many of them the ratio is over. */
  readonly window = WINDOW;

  /** One standard deviation of a ratio over a whole window, by how far its points are off a line, `floorNs` at least. */
  noisePpb(floorNs: Ns): number {
    const [first, last] = [this.#points[0]!, this.#points.at(-1)!];
    const perNs = ratePpb(first, last) / 1e9;
    const squares = this.#points.map(
      (point) => (gainNs(first, point) - perNs * Number(point.local - first.local)) ** 2,
    );
    const variance = squares.reduce((sum, square) => sum + square, 0) / (ABOUT_LINE * (WINDOW - 2));
    return (Math.SQRT2 * Math.max(floorNs, Math.sqrt(variance)) * 1e9) / Number(last.local - first.local);
  }

  take(remote: Instant, local: Instant): void {
    const point = { remote, local };
    this.count++;
    const last = this.#points.at(-1);
    if (last !== undefined && isStep(last, point)) this.restart();
    this.#points = [...this.#points, point].slice(-WINDOW);
    // A ratio over a whole window is better than one over two points of the next.
    if (this.#points.length < 2 || (this.#isOfWindow && !this.isSettled)) return;
    const measured = ratePpb(this.#points[0]!, point);
    if (Math.abs(measured) > BELIEVABLE_PPB) return;
    this.#ratePpb = measured;
    this.#isOfWindow = this.isSettled;
  }

  /** A clock was stepped: it runs as fast as before. */
  restart(): void {
    this.#points = [];
  }

  /** It is another neighbour. */
  clear(): void {
    this.restart();
    this.#ratePpb = undefined;
    this.#isOfWindow = false;
  }
}

const gainNs = (from: Point, to: Point): Ns => Number(to.remote - from.remote - (to.local - from.local));

function isStep(from: Point, to: Point): boolean {
  const local = Number(to.local - from.local);
  // Two stamps of one moment tell nothing, and a clock that went back was stepped.
  return local <= 0 || Math.abs(gainNs(from, to)) > STEP_NS + BELIEVABLE_PPB * 1e-9 * local;
}

const ratePpb = (from: Point, to: Point): number => (gainNs(from, to) / Number(to.local - from.local)) * 1e9;
