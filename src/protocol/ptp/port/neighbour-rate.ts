import type { Instant } from '../../../api/time.js';

interface Point {
  /** t3 and t4 of one exchange: the neighbour sent it, we received it. */
  readonly remote: Instant;
  readonly local: Instant;
}

/** Exchanges that a ratio is taken over; 802.1AS-2020 §11.2.19.3.3 leaves it open, seven is its own example. */
const WINDOW = 8;
/** No oscillator of ours is that wrong (802.1AS-2020 annex B.1.1: ±100 ppm each): a clock was stepped. */
const BELIEVABLE_PPB = 250_000;

/** How much faster than ours the neighbour's clock runs: neighborRateRatio (802.1AS-2020 §10.2.5.7). */
export class NeighbourRate {
  #points: readonly Point[] = [];
  #ratePpb: number | undefined;
  /** Of an earlier run, until there is a measured one. */
  stored: number | undefined;

  /** Rate of the neighbour − ours; undefined until two exchanges where none is stored. */
  get ratePpb(): number | undefined {
    return this.#ratePpb ?? this.stored;
  }

  /** Seconds between the first and the last exchange of the window. */
  get spanS(): number {
    const [first] = this.#points;
    return first === undefined ? 0 : Number(this.#points.at(-1)!.local - first.local) / 1e9;
  }

  /** Over a whole window. */
  get isSettled(): boolean {
    return this.#points.length === WINDOW;
  }

  /** Exchanges taken so far. */
  taken = 0;

  /** How many of them the ratio is over. */
  readonly window = WINDOW;

  take(remote: Instant, local: Instant): void {
    const point = { remote, local };
    this.taken++;
    const last = this.#points.at(-1);
    if (last !== undefined && Math.abs(ratePpb(last, point)) > BELIEVABLE_PPB) this.clear();
    this.#points = [...this.#points, point].slice(-WINDOW);
    const first = this.#points[0]!;
    if (first !== point) this.#ratePpb = ratePpb(first, point);
  }

  clear(): void {
    this.#points = [];
    this.#ratePpb = undefined;
  }
}

function ratePpb(from: Point, to: Point): number {
  const local = Number(to.local - from.local);
  // Two stamps of one moment tell nothing, and a clock that went back was stepped.
  if (local <= 0) return Number.POSITIVE_INFINITY;
  return ((Number(to.remote - from.remote) - local) / local) * 1e9;
}
