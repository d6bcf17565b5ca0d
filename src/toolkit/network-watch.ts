import type { Context, Timer } from '../api/context.js';

/** Interval at which the own addresses are read. */
const LOOK_NS = 2e9;

/**
 * Sees whether the network has changed while a server cannot be reached: the list of own addresses is another one when an
 * interface gets or loses its address or its carrier.
 */
export class NetworkWatch {
  readonly #context: Context;
  readonly #changed: () => void;
  #known = '';
  #timer: Timer | undefined;

  constructor(context: Context, changed: () => void) {
    this.#context = context;
    this.#changed = changed;
  }

  /** Begins to look, unless it does already. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.#known = this.#addresses();
    this.#lookLater();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #lookLater(): void {
    this.#timer = this.#context.after(LOOK_NS, () => {
      this.#lookLater();
      const now = this.#addresses();
      if (now === this.#known) return;
      this.#known = now;
      this.#changed();
    });
  }

  #addresses(): string {
    return [...this.#context.network.addresses()].sort().join(' ');
  }
}
