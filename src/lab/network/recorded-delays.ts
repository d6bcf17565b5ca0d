import type { Ns } from '../../api/index.js';
import type { LinkDelays } from './link.js';

/** Replays recorded delays, one for each datagram, and begins again after the last one. */
export class RecordedDelays implements LinkDelays {
  readonly #delaysNs: Float64Array;
  #next: number;

  /** `start`: index of the first delay. */
  constructor(delaysNs: Float64Array, start: number) {
    this.#delaysNs = delaysNs;
    this.#next = start % delaysNs.length;
  }

  next(): Ns {
    const delayNs = this.#delaysNs[this.#next]!;
    this.#next = (this.#next + 1) % this.#delaysNs.length;
    return delayNs;
  }
}
