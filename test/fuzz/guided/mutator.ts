import type { Random } from '../random.js';
import type { Constant } from './instrument.js';

/** An input under change: the first `length` octets of `octets`. */
export interface Draft {
  readonly octets: Uint8Array;
  length: number;
}

const BYTES = [0, 1, 2, 4, 7, 8, 0x0f, 0x10, 0x20, 0x40, 0x7f, 0x80, 0xfe, 0xff];
const WORDS = [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xfffe, 0xffff];
const LONGS = [0, 1, 0xffff, 0x10000, 999_999_999, 1_000_000_000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

/** Changes drafts: single octets, numbers in network order, lengths, blocks, and words of a dictionary. */
export class Mutator {
  readonly #random: Random;
  readonly #dictionary: readonly Uint8Array[];
  readonly #block = new Uint8Array(64);

  constructor(random: Random, dictionary: readonly Uint8Array[]) {
    this.#random = random;
    this.#dictionary = dictionary;
  }

  /** Makes one change. A block may come from the input `other`. */
  change(draft: Draft, other: Uint8Array): void {
    const { octets, length } = draft;
    const random = this.#random;
    const at = random.below(Math.max(1, length));
    switch (random.below(length === 0 ? 2 : 14)) {
      case 0:
        this.#insert(draft, at, other, random.below(other.length + 1), 1 + random.below(64));
        break;
      case 1:
        this.#useWord(draft, at);
        break;
      case 2:
        octets[at] = octets[at]! ^ (1 << random.below(8));
        break;
      case 3:
        octets[at] = random.below(256);
        break;
      case 4:
        octets[at] = random.pick(BYTES);
        break;
      case 5:
        octets[at] = octets[at]! + random.below(33) - 16;
        break;
      case 6:
        putNumber(draft, at & ~1, 2, random.pick(WORDS));
        break;
      case 7:
        putNumber(draft, at & ~1, 4, random.pick(LONGS));
        break;
      case 8:
        // Writes the number of the octets after it, as a length field has it.
        putNumber(draft, at & ~1, 2, Math.max(0, length - (at & ~1) - 2 * random.below(4)));
        break;
      case 9:
        remove(draft, at, 1 + random.below(random.below(2) === 0 ? 8 : length));
        break;
      case 10:
        this.#double(draft, at, random.below(length), 1 + random.below(32));
        break;
      case 11:
        octets.copyWithin(at, random.below(length), Math.min(length, at + 1 + random.below(32)));
        break;
      case 12:
        octets.fill(random.below(2) === 0 ? 0 : 0xff, at, Math.min(length, at + 1 + random.below(16)));
        break;
      default:
        this.#endAs(draft, at, other, random.below(other.length + 1));
    }
  }

  /** Replaces the draft from `at` on with the other input from `start` on. */
  #endAs(draft: Draft, at: number, other: Uint8Array, start: number): void {
    const end = other.subarray(start, start + draft.octets.length - at);
    draft.octets.set(end, at);
    draft.length = at + end.length;
  }

  #useWord(draft: Draft, at: number): void {
    if (this.#dictionary.length === 0) return;
    const word = this.#random.pick(this.#dictionary);
    if (this.#random.below(2) === 0) {
      this.#insert(draft, at, word, 0, word.length);
      return;
    }
    draft.octets.set(word.subarray(0, draft.octets.length - at), at);
    draft.length = Math.min(draft.octets.length, Math.max(draft.length, at + word.length));
  }

  /** Inserts a block of the draft itself. */
  #double(draft: Draft, at: number, start: number, count: number): void {
    this.#block.set(draft.octets.subarray(start, Math.min(draft.length, start + count)));
    this.#insert(draft, at, this.#block, 0, Math.min(draft.length - start, count));
  }

  #insert(draft: Draft, at: number, from: Uint8Array, start: number, count: number): void {
    const block = from.subarray(start, start + Math.min(count, draft.octets.length - draft.length));
    draft.octets.copyWithin(at + block.length, at, draft.length);
    draft.octets.set(block, at);
    draft.length += block.length;
  }
}

export function remove(draft: Draft, at: number, count: number): void {
  const end = Math.min(draft.length, at + count);
  draft.octets.copyWithin(at, end, draft.length);
  draft.length -= end - at;
}

function putNumber(draft: Draft, at: number, octets: number, value: number): void {
  for (let i = 0; i < octets && at + i < draft.length; i++) draft.octets[at + i] = value / 2 ** (8 * (octets - 1 - i));
}

const MOST_WORD_OCTETS = 32;

/** Returns words as octets of an input: texts in UTF-8, and for `octets` numbers of 1, 2, 4 and 8 octets in network order. */
export function dictionaryOf(constants: readonly (Constant | Uint8Array)[], form: 'octets' | 'text'): Uint8Array[] {
  const words = new Map<string, Uint8Array>();
  const add = (word: Uint8Array): unknown =>
    word.length > 0 && word.length <= MOST_WORD_OCTETS && words.set(Buffer.from(word).toString('latin1'), word);
  for (const constant of constants) {
    if (constant instanceof Uint8Array) add(constant);
    else if (typeof constant === 'string' || form === 'text') add(Buffer.from(String(constant)));
    else for (const word of numberWords(constant)) add(word);
  }
  return [...words.values()];
}

function* numberWords(constant: number | bigint): Generator<Uint8Array> {
  if (typeof constant === 'number' && !Number.isSafeInteger(constant)) return;
  const value = BigInt.asUintN(64, BigInt(constant));
  for (const octets of [1, 2, 4, 6, 8]) {
    if (value >> BigInt(8 * octets) !== 0n) continue;
    yield Uint8Array.from({ length: octets }, (_, i) => Number((value >> BigInt(8 * (octets - 1 - i))) & 0xffn));
  }
}
