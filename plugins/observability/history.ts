import type { Ns, TimeState } from 'timehub/api';

/** The plotted values of one second. Null: not known. */
export interface HistorySample {
  /** Unix time, seconds, by the corrected clock. */
  readonly t: number;
  readonly offsetNs: Ns | null;
  readonly sigmaNs: Ns | null;
  readonly boundNs: Ns | null;
  readonly frequencyPpb: number | null;
  /** Offsets of the sources that had an observation in this second. */
  readonly sources: Readonly<Record<string, Ns>>;
}

/** Samples as columns of equal length, oldest first. */
export interface HistoryView {
  readonly t: readonly number[];
  readonly offsetNs: readonly (Ns | null)[];
  readonly sigmaNs: readonly (Ns | null)[];
  readonly boundNs: readonly (Ns | null)[];
  readonly frequencyPpb: readonly (number | null)[];
  readonly sources: Readonly<Record<string, readonly (Ns | null)[]>>;
}

/** The last hour of the first clock, one row per second, in a ring buffer. */
export class History {
  readonly #rows: number;
  readonly #seconds: Float64Array;
  readonly #offset: Float64Array;
  readonly #sigma: Float64Array;
  readonly #bound: Float64Array;
  readonly #frequency: Float64Array;
  readonly #sources = new Map<string, Float64Array>();
  /** Number of observations of each source at the last row. */
  readonly #heard = new Map<string, number>();
  /** Number of rows written so far. The next row goes to this index modulo the size. */
  #written = 0;

  constructor(rows = 3600) {
    this.#rows = rows;
    this.#seconds = new Float64Array(rows);
    this.#offset = new Float64Array(rows);
    this.#sigma = new Float64Array(rows);
    this.#bound = new Float64Array(rows);
    this.#frequency = new Float64Array(rows);
  }

  /** Writes a row. `seconds` is monotonic, so a step of the clock does not move the plot back. */
  record(seconds: number, state: TimeState): void {
    const row = this.#written++ % this.#rows;
    const clock = state.clocks[0];
    this.#seconds[row] = seconds;
    this.#offset[row] = clock?.offsetNs ?? Number.NaN;
    this.#sigma[row] = clock?.sigmaNs ?? Number.NaN;
    this.#bound[row] = clock?.boundNs ?? Number.NaN;
    this.#frequency[row] = clock?.frequencyPpb ?? Number.NaN;
    for (const column of this.#sources.values()) column[row] = Number.NaN;
    for (const { id, observations, offsetNs } of state.sources) {
      if (observations === (this.#heard.get(id) ?? 0)) continue;
      this.#heard.set(id, observations);
      this.#column(id)[row] = offsetNs;
    }
    this.#forget(new Set(state.sources.map(({ id }) => id)));
  }

  /** Returns the newest row. `unixMinusMonotonicS` converts monotonic seconds to Unix time. */
  newest(unixMinusMonotonicS: number): HistorySample | undefined {
    if (this.#written === 0) return undefined;
    const row = (this.#written - 1) % this.#rows;
    const heard = [...this.#sources].filter(([, column]) => Number.isFinite(column[row]));
    return {
      t: this.#seconds[row]! + unixMinusMonotonicS,
      offsetNs: shorten(this.#offset[row]!),
      sigmaNs: shorten(this.#sigma[row]!),
      boundNs: shorten(this.#bound[row]!),
      frequencyPpb: shorten(this.#frequency[row]!),
      sources: Object.fromEntries(heard.map(([id, column]) => [id, column[row]!])),
    };
  }

  /** Returns all rows, oldest first, reduced to at most `points`: minimum and maximum of each bucket, so no peak is lost. */
  view(points: number, unixMinusMonotonicS: number): HistoryView {
    const rows = Math.min(this.#written, this.#rows);
    const size = rows <= points ? 1 : Math.ceil(rows / Math.floor(points / 2));
    const buckets = this.#buckets(rows, size);
    const line = (values: Float64Array) => buckets.flatMap((bucket) => extremes(values, bucket)).map(shorten);
    const sources = [...this.#sources].map(
      ([id, values]) => [id, buckets.flatMap((bucket) => dots(values, bucket)).map(shorten)] as const,
    );
    return {
      t: buckets.flatMap(ends).map((row) => this.#seconds[row]! + unixMinusMonotonicS),
      offsetNs: line(this.#offset),
      sigmaNs: line(this.#sigma),
      boundNs: line(this.#bound),
      frequencyPpb: line(this.#frequency),
      sources: Object.fromEntries(sources),
    };
  }

  /** Returns indices into the ring, oldest first, in buckets of `size`. */
  #buckets(rows: number, size: number): number[][] {
    const first = this.#written - rows;
    const buckets: number[][] = [];
    for (let start = 0; start < rows; start += size) {
      const length = Math.min(size, rows - start);
      buckets.push(Array.from({ length }, (_, index) => (first + start + index) % this.#rows));
    }
    return buckets;
  }

  #column(id: string): Float64Array {
    let column = this.#sources.get(id);
    if (column === undefined) {
      column = new Float64Array(this.#rows).fill(Number.NaN);
      this.#sources.set(id, column);
    }
    return column;
  }

  #forget(present: ReadonlySet<string>): void {
    for (const id of this.#sources.keys()) {
      if (present.has(id)) continue;
      this.#sources.delete(id);
      this.#heard.delete(id);
    }
  }
}

/** Returns the two points of a bucket on the time axis. */
const ends = (bucket: readonly number[]): number[] =>
  bucket.length === 1 ? [bucket[0]!] : [bucket[0]!, bucket.at(-1)!];

/** Returns the minimum and the maximum of a bucket in the order in which they came; one value for a bucket of one. */
function extremes(values: Float64Array, bucket: readonly number[]): number[] {
  if (bucket.length === 1) return [values[bucket[0]!]!];
  const known = bucket.map((row) => values[row]!).filter((value) => !Number.isNaN(value));
  if (known.length === 0) return [Number.NaN, Number.NaN];
  const [least, greatest] = [Math.min(...known), Math.max(...known)];
  return known.indexOf(least) <= known.indexOf(greatest) ? [least, greatest] : [greatest, least];
}

/** Returns the same for a source that is observed seldom: a single value is shown once. */
function dots(values: Float64Array, bucket: readonly number[]): number[] {
  const [first, second] = extremes(values, bucket);
  return second === undefined ? [first!] : first === second ? [first!, Number.NaN] : [first!, second];
}

/** Rounds to seven digits: more than a screen shows, and half of the octets. */
const shorten = (value: number): number | null => (Number.isFinite(value) ? Number(value.toPrecision(7)) : null);
