import type { Metrics } from '../api/context.js';

/** Counts of a cache line: two writers do not share one. */
const LINE = 8;

/** Counts of the handlers of a server, in memory that the hub reads: one block for each writer. */
export class SharedCounts<Name extends string> {
  readonly memory: SharedArrayBuffer;
  readonly #names: readonly Name[];
  readonly #stride: number;

  /** `memory`: of another `SharedCounts` with the same names. Default: new memory for so many `writers`. */
  constructor(names: readonly Name[], memory: SharedArrayBuffer | number) {
    this.#names = names;
    this.#stride = Math.ceil(names.length / LINE) * LINE;
    this.memory = typeof memory === 'number' ? new SharedArrayBuffer(8 * this.#stride * memory) : memory;
  }

  /** Returns the counts of one writer, in the order of the names. Nobody else may write them. */
  of(writer: number): Float64Array {
    return new Float64Array(this.memory, 8 * this.#stride * writer, this.#names.length);
  }

  get(name: Name): number {
    const all = new Float64Array(this.memory);
    let sum = 0;
    for (let i = this.#names.indexOf(name); i < all.length; i += this.#stride) sum += all[i]!;
    return sum;
  }

  /** Makes counters that are brought up to date when they are read. `make` returns the counter of a name. */
  export(metrics: Metrics, make: (name: Name) => (by?: number) => void): void {
    const counters = this.#names.map((name) => ({ name, count: make(name), known: 0 }));
    metrics.onRead(() => {
      for (const counter of counters) {
        const now = this.get(counter.name);
        counter.count(now - counter.known);
        counter.known = now;
      }
    });
  }
}
