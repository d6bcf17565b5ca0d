/** Number of outcomes that are told apart. */
const OUTCOMES = 2 ** 16;

/** Bit for each number of passes of an edge, as in AFL: from 1, 2, 3, 4, 8, 16, 32 and 128 passes on, another bit is set. */
const BUCKETS = Uint8Array.from({ length: 256 }, (_, count) => {
  const least = [1, 2, 3, 4, 8, 16, 32, 128];
  return count === 0 ? 0 : 1 << (least.filter((bound) => bound <= count).length - 1);
});

/** The edges and outcomes that all inputs together have reached. */
export class Coverage {
  readonly #counters: Uint8Array;
  /** The counters as words of four, without a rest. A zero word skips four counters at once; most are zero. */
  readonly #words: Uint32Array;
  readonly #seen: Uint8Array;
  readonly #outcomes = new Uint8Array(OUTCOMES);

  constructor(counters: Uint8Array) {
    this.#counters = counters;
    this.#words = new Uint32Array(counters.buffer, 0, counters.length >> 2);
    this.#seen = new Uint8Array(counters.length);
  }

  get edges(): number {
    return this.#counters.length;
  }

  get covered(): number {
    return this.#seen.reduce((sum, buckets) => sum + (buckets === 0 ? 0 : 1), 0);
  }

  get outcomes(): number {
    return this.#outcomes.reduce((sum, seen) => sum + seen, 0);
  }

  /** Adds the edges and the outcome of the last input, and clears the counters. Returns whether any of them is new. */
  take(outcome: number): boolean {
    let isNew = false;
    const words = this.#words;
    for (let word = 0; word < words.length; word++) {
      if (words[word] === 0) continue;
      for (let edge = 4 * word; edge < 4 * word + 4; edge++) isNew = this.#note(edge) || isNew;
      words[word] = 0;
    }
    for (let edge = 4 * words.length; edge < this.#counters.length; edge++) isNew = this.#note(edge) || isNew;
    this.#counters.fill(0, 4 * words.length);
    const place = (outcome ^ (outcome >>> 16)) & (OUTCOMES - 1);
    if (this.#outcomes[place] === 1) return isNew;
    this.#outcomes[place] = 1;
    return true;
  }

  /** Forgets the last input. */
  clear(): void {
    this.#counters.fill(0);
  }

  #note(edge: number): boolean {
    const bucket = BUCKETS[this.#counters[edge]!]!;
    if ((this.#seen[edge]! & bucket) === bucket) return false;
    this.#seen[edge]! |= bucket;
    return true;
  }
}
