/** The sequence number stands before the words of the value. */
const HEAD_WORDS = 1;

/**
 * A value of a fixed number of octets that one thread publishes and others read, without waiting: a sequence lock. A reader sees
 * a whole value, never parts of two.
 */
export class SharedSnapshot {
  readonly memory: SharedArrayBuffer;
  /** The value as this thread has it: for the writer to fill, for a reader to read. */
  readonly own: ArrayBuffer;
  readonly #shared: Int32Array;
  readonly #words: Int32Array;
  readonly #scratch: Int32Array;
  #seen = 0;

  /** `from`: the octets of a new value, a multiple of 4, or the memory of another `SharedSnapshot`. */
  constructor(from: number | SharedArrayBuffer) {
    this.memory = typeof from === 'number' ? new SharedArrayBuffer(4 * HEAD_WORDS + from) : from;
    this.own = new ArrayBuffer(this.memory.byteLength - 4 * HEAD_WORDS);
    this.#shared = new Int32Array(this.memory);
    this.#words = new Int32Array(this.own);
    this.#scratch = new Int32Array(this.#words.length);
  }

  /** Publishes `own`. Only one thread may do so. */
  publish(): void {
    const sequence = this.#shared[0]!;
    Atomics.store(this.#shared, 0, sequence + 1);
    for (const [i, word] of this.#words.entries()) Atomics.store(this.#shared, HEAD_WORDS + i, word);
    Atomics.store(this.#shared, 0, sequence + 2);
  }

  /** Copies a new value into `own`. Returns false, and leaves it, if there is none or it is just being written. */
  refresh(): boolean {
    const sequence = Atomics.load(this.#shared, 0);
    if (sequence === this.#seen || (sequence & 1) === 1) return false;
    for (let i = 0; i < this.#scratch.length; i++) this.#scratch[i] = Atomics.load(this.#shared, HEAD_WORDS + i);
    if (Atomics.load(this.#shared, 0) !== sequence) return false;
    this.#words.set(this.#scratch);
    this.#seen = sequence;
    return true;
  }
}
