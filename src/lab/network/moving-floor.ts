import { NS_PER_S, type Ns } from '../../api/index.js';
import type { Random } from '../random.js';

/** `sine` and `ramp` (up and down in straight lines) repeat after the period; `walk` is a random walk. */
export type FloorShape = 'sine' | 'ramp' | 'walk';

export interface MovingFloorOptions {
  readonly shape: FloorShape;
  /** Difference of the highest and the lowest floor. A walk is reflected at both. */
  readonly amplitudeNs: Ns;
  /** For a walk this is the time in which it moves by the amplitude (standard deviation). */
  readonly periodNs: Ns;
}

/** A slow change of a link's base delay, from 0 to the amplitude. The seed draws where it starts. */
export class MovingFloor {
  readonly #options: MovingFloorOptions;
  readonly #random: Random;
  readonly #phase: number;
  #walkNs: Ns;
  #second = 0;

  constructor(options: MovingFloorOptions, random: Random) {
    this.#options = options;
    this.#random = random;
    this.#phase = random.uniform();
    this.#walkNs = this.#phase * options.amplitudeNs;
  }

  /** Returns the delay beyond the lowest floor at `nowNs`. `nowNs` does not decrease. */
  at(nowNs: Ns): Ns {
    const { shape, amplitudeNs, periodNs } = this.#options;
    if (shape === 'walk') return this.#walkTo(Math.floor(nowNs / NS_PER_S));
    const turn = (nowNs / periodNs + this.#phase) % 1;
    return shape === 'sine'
      ? (amplitudeNs * (1 - Math.cos(2 * Math.PI * turn))) / 2
      : amplitudeNs * (1 - Math.abs(2 * turn - 1));
  }

  #walkTo(second: number): Ns {
    const { amplitudeNs, periodNs } = this.#options;
    const stepNs = amplitudeNs * Math.sqrt(NS_PER_S / periodNs);
    for (; this.#second < second; this.#second++)
      this.#walkNs = reflected(this.#walkNs + stepNs * this.#random.normal(), amplitudeNs);
    return this.#walkNs;
  }
}

/** Returns a value mirrored at 0 and at `top` until it lies between them. */
function reflected(value: number, top: number): number {
  const folded = Math.abs(value) % (2 * top);
  return folded <= top ? folded : 2 * top - folded;
}
