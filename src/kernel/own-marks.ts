import { endianness } from 'node:os';

const SLOTS = 1024;
/** Places of long marks in requests: that of NTPv4, and that of NTPv5. */
const OFFSETS = 2;
const WORDS_AT = OFFSETS;
/** Marks inside a word are not in the table. */
const MARK_OCTETS = 8;
/** Marks of two octets, such as sequence numbers, which other clients send too: the newest ones, with their offset before them. */
const SHORT_OCTETS = 2;
const SHORT_SLOTS = 8;
const SHORT_AT = WORDS_AT + 2 * SLOTS;
const WORDS = SHORT_AT + 1 + SHORT_SLOTS;
/** Added to a short mark in the table: 0 is none. */
const IS_SHORT = 1 << 16;

const isLittle = endianness() === 'LE';

/**
 * The marks of requests that sources have sent, at the two newest offsets, in memory that workers share: a worker finds out which
 * of its requests come from this hub itself. A mark is 8 unpredictable octets, so two marks rarely have the same place; then
 * the newer one counts. A mark of 2 octets is found in requests of others, too: the hub looks at the sender of what is reported.
 */
export class OwnMarks {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  #nextShort = 0;

  constructor(memory = new SharedArrayBuffer(4 * WORDS)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  add(mark: Uint8Array, offset: number): void {
    if (mark.length === SHORT_OCTETS && offset % 2 === 0) this.#addShort(mark, offset);
    if (mark.length < MARK_OCTETS || offset % 4 !== 0) return;
    const [first, second] = new Int32Array(mark.slice(0, MARK_OCTETS).buffer) as unknown as readonly [number, number];
    const at = placeOf(first);
    this.#keepOffset(offset);
    Atomics.store(this.#words, at, first);
    Atomics.store(this.#words, at + 1, second);
  }

  /**
   * Returns true if a source of this hub has sent a request of so many octets, whose first word is `words[at]`, in the order of
   * octets of this machine.
   */
  has(words: Int32Array, at: number, octets: number): boolean {
    if (this.#words[SHORT_AT] !== 0 && this.#hasShort(words, at, octets)) return true;
    const other = this.#words[1]!;
    return this.#hasAt(words, at, octets, this.#words[0]!) || (other !== 0 && this.#hasAt(words, at, octets, other));
  }

  #keepOffset(offset: number): void {
    const newest = this.#words[0]!;
    if (newest === offset) return;
    Atomics.store(this.#words, 1, newest);
    Atomics.store(this.#words, 0, offset);
  }

  #hasAt(words: Int32Array, at: number, octets: number, offset: number): boolean {
    if (octets < offset + MARK_OCTETS) return false;
    const mark = at + (offset >> 2);
    const first = words[mark]!;
    const place = placeOf(first);
    return first !== 0 && this.#words[place] === first && this.#words[place + 1] === words[mark + 1];
  }

  #addShort(mark: Uint8Array, offset: number): void {
    const value = new Uint16Array(mark.slice(0, SHORT_OCTETS).buffer)[0]!;
    Atomics.store(this.#words, SHORT_AT, offset);
    Atomics.store(this.#words, SHORT_AT + 1 + this.#nextShort, IS_SHORT | value);
    this.#nextShort = (this.#nextShort + 1) % SHORT_SLOTS;
  }

  #hasShort(words: Int32Array, at: number, octets: number): boolean {
    const offset = this.#words[SHORT_AT]!;
    if (octets < offset + SHORT_OCTETS) return false;
    const isSecond = (offset & 2) !== 0;
    const half = (words[at + (offset >> 2)]! >>> (isSecond === isLittle ? 16 : 0)) & 0xffff;
    for (let i = 1; i <= SHORT_SLOTS; i++) if (this.#words[SHORT_AT + i] === (IS_SHORT | half)) return true;
    return false;
  }
}

const placeOf = (word: number): number => WORDS_AT + 2 * (word & (SLOTS - 1));
