import type { Random } from '../random.js';
import { type Draft, Mutator } from './mutator.js';
import { framesOf, type Target } from './target.js';
import { changeToken } from './token-mutator.js';

/** One of this many inputs keeps its wrong lengths. */
const UNREPAIRED = 8;
const MOST_FRAMES = 24;

/** Makes new inputs from known ones, in the target's form. The input is the first `length` octets of `octets`. */
export class InputMaker {
  readonly octets: Uint8Array;
  length = 0;
  readonly #target: Target;
  readonly #random: Random;
  readonly #mutator: Mutator;
  readonly #frame: Draft;

  constructor(target: Target, random: Random, dictionary: readonly Uint8Array[]) {
    this.octets = new Uint8Array(target.maxOctets);
    this.#target = target;
    this.#random = random;
    this.#mutator = new Mutator(random, dictionary);
    this.#frame = { octets: new Uint8Array(target.maxOctets), length: 0 };
  }

  make(parent: Uint8Array, other: Uint8Array): void {
    if (this.#target.form === 'frames') {
      this.#makeFrames(parent, other);
      return;
    }
    this.length = Math.min(parent.length, this.octets.length);
    this.octets.set(parent.subarray(0, this.length));
    this.#change(this, other);
  }

  #change(draft: Draft, other: Uint8Array): void {
    const random = this.#random;
    for (let changes = 1 << random.below(4); changes > 0; changes--) {
      if (this.#target.form === 'text' && random.below(2) === 0) changeToken(draft, other, random);
      else this.#mutator.change(draft, other);
    }
    if (random.below(UNREPAIRED) !== 0) this.#target.repair?.(draft.octets, draft.length);
  }

  #makeFrames(parent: Uint8Array, other: Uint8Array): void {
    const random = this.#random;
    const frames = [...framesOf(parent)];
    const others = [...framesOf(other)];
    for (let changes = 1 << random.below(3); changes > 0; changes--) {
      const at = random.below(frames.length + 1);
      const kind = random.below(8);
      if (kind === 0) frames.splice(at, 1);
      else if (kind === 1 && frames.length > 0) frames.splice(at, 0, random.pick(frames));
      else if (kind === 2 && others.length > 0) frames.splice(at, 0, random.pick(others));
      else if (kind === 3 && others.length > 0)
        frames.splice(at, frames.length, ...others.slice(random.below(others.length)));
      else if (at < frames.length)
        frames[at] = this.#changedFrame(frames[at]!, others.length > 0 ? random.pick(others) : other);
    }
    this.#join(frames);
  }

  #changedFrame(frame: Uint8Array, other: Uint8Array): Uint8Array {
    this.#frame.length = frame.length;
    this.#frame.octets.set(frame);
    this.#change(this.#frame, other);
    return this.#frame.octets.slice(0, this.#frame.length);
  }

  #join(frames: readonly Uint8Array[]): void {
    this.length = 0;
    for (const frame of frames.slice(0, MOST_FRAMES)) {
      if (this.length + 2 + frame.length > this.octets.length) return;
      this.octets[this.length] = frame.length >> 8;
      this.octets[this.length + 1] = frame.length;
      this.octets.set(frame, this.length + 2);
      this.length += 2 + frame.length;
    }
  }
}
