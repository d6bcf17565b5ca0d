import type { Context, Timer } from '../api/context.js';

/** Interval between readings of the own addresses, ns. */
const LOOK_NS = 2e9;

/**
 * Calls `changed` when the list of own addresses changes: an interface has got or lost an address or its carrier. An
 * association watches while its server cannot be reached.
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

  /** Begins to watch; does nothing if it does already. */
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
