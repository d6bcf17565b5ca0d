import type { Random } from '../random.js';

const MOST_INPUTS = 4096;

/** Inputs that reached something new, oldest first. If the corpus is full, a new input replaces a random one. */
export class Corpus {
  readonly #inputs: Uint8Array[] = [];
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  get inputs(): readonly Uint8Array[] {
    return this.#inputs;
  }

  get octets(): number {
    return this.#inputs.reduce((sum, { length }) => sum + length, 0);
  }

  add(input: Uint8Array): void {
    if (this.#inputs.length >= MOST_INPUTS) this.#inputs.splice(this.#random.below(this.#inputs.length), 1);
    this.#inputs.push(input);
  }

  /** Returns an input: with even chances one of the newest eighth, where there is most to find, or any. */
  pick(): Uint8Array {
    const { length } = this.#inputs;
    const newest = this.#random.below(2) === 0 ? Math.ceil(length / 8) : length;
    return this.#inputs[length - 1 - this.#random.below(newest)]!;
  }
}
