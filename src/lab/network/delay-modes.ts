import type { Ns } from '../../api/index.js';
import type { Random } from '../random.js';
import type { LinkDelays, Shape } from './link.js';

export interface DelayMode {
  /** Weight of the mode against the sum of all. */
  readonly share: number;
  /** Delay of the mode, beyond the link's base. */
  readonly atNs: Ns;
  readonly jitterNs: Ns;
  readonly shape: Shape;
}

/** Draws each delay from one of several modes, as behind a switch that a datagram finds either idle or busy. */
export class DelayModes implements LinkDelays {
  readonly #modes: readonly DelayMode[];
  readonly #total: number;

  constructor(modes: readonly DelayMode[]) {
    this.#modes = modes;
    this.#total = modes.reduce((sum, { share }) => sum + share, 0);
  }

  next(random: Random): Ns {
    const { atNs, jitterNs, shape } = this.#draw(random.uniform() * this.#total);
    if (shape === 'none') return atNs;
    return atNs + jitterNs * (shape === 'exp' ? random.exponential() : random.normal());
  }

  /** Returns the mode in whose part of the total `at` lies. */
  #draw(at: number): DelayMode {
    let end = 0;
    for (const mode of this.#modes) {
      end += mode.share;
      if (at < end) return mode;
    }
    return this.#modes.at(-1)!;
  }
}
