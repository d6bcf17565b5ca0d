const SLOTS = 1024;
const WORDS_AT = 1;
/** Shorter marks are not in the table, because other clients may send them too, and neither are marks inside a word. */
const MARK_OCTETS = 8;

/**
 * The marks of requests that sources have sent, at the offset of the newest one, in memory that workers share: a worker finds out
 * which of its requests come from this hub itself. A mark is 8 unpredictable octets, so two marks rarely have the same place; then
 * the newer one counts.
 */
export class OwnMarks {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(memory = new SharedArrayBuffer(4 * (WORDS_AT + 2 * SLOTS))) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  add(mark: Uint8Array, offset: number): void {
    if (mark.length < MARK_OCTETS || offset % 4 !== 0) return;
    const [first, second] = new Int32Array(mark.slice(0, MARK_OCTETS).buffer) as unknown as readonly [number, number];
    const at = placeOf(first);
    Atomics.store(this.#words, 0, offset);
    Atomics.store(this.#words, at, first);
    Atomics.store(this.#words, at + 1, second);
  }

  /**
   * Returns true if a source of this hub has sent a request of so many octets, whose first word is `words[at]`, in the order of
   * octets of this machine.
   */
  has(words: Int32Array, at: number, octets: number): boolean {
    const offset = this.#words[0]!;
    if (octets < offset + MARK_OCTETS) return false;
    const mark = at + (offset >> 2);
    const first = words[mark]!;
    const place = placeOf(first);
    return first !== 0 && this.#words[place] === first && this.#words[place + 1] === words[mark + 1];
  }
}

const placeOf = (word: number): number => WORDS_AT + 2 * (word & (SLOTS - 1));
