import type { Ns } from '../../api/index.js';
import type { Random } from '../random.js';

export interface BurstLossOptions {
  /** Mean time from the end of a burst to the next one. */
  readonly everyNs: Ns;
  /** Mean duration of a burst. */
  readonly lastNs: Ns;
  /** Share of datagrams lost during a burst, 0..1. */
  readonly loss: number;
}

/**
 * Losses by the model of Gilbert and Elliott: a link is good or bad and changes at random. It changes by time, not by datagram, so
 * that a burst is as long for a source that is asked every second as for one that is asked every minute.
 */
export class BurstLoss {
  readonly #options: BurstLossOptions;
  readonly #random: Random;
  #isBad = false;
  #atNs: Ns = 0;

  constructor(options: BurstLossOptions, random: Random) {
    this.#options = options;
    this.#random = random;
  }

  /** Returns true if a datagram at `nowNs` is lost. `nowNs` does not decrease. */
  loses(nowNs: Ns): boolean {
    const { everyNs, lastNs, loss } = this.#options;
    const badShare = lastNs / (everyNs + lastNs);
    const memory = Math.exp(-(nowNs - this.#atNs) * (1 / everyNs + 1 / lastNs));
    this.#atNs = nowNs;
    this.#isBad = this.#random.uniform() < badShare + ((this.#isBad ? 1 : 0) - badShare) * memory;
    return this.#isBad && (loss >= 1 || this.#random.uniform() < loss);
  }
}
