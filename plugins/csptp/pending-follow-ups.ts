import type { Endpoint, Instant } from 'timehub/api';

/** A Sync that went out: what its Follow_Up needs. */
export interface Unfollowed {
  /** Its head is enough. */
  readonly sync: Uint8Array;
  readonly to: Endpoint;
  /** The own address that was asked. */
  readonly from: string;
  /** Monotonic. */
  readonly at: Instant;
}

const CAPACITY = 1024;
const PATIENCE_NS = 1_000_000_000n;

/** Syncs whose stamp of sending has not come yet, and may never come. Bounded: a flood makes the oldest forgotten. */
export class Awaiting {
  readonly #waiting = new Map<number, Unfollowed>();
  readonly #onLost: () => void;

  constructor(onLost: () => void) {
    this.#onLost = onLost;
  }

  get size(): number {
    return this.#waiting.size;
  }

  add(id: number, unfollowed: Unfollowed): void {
    this.#waiting.set(id, unfollowed);
    this.sweep(unfollowed.at);
  }

  take(id: number): Unfollowed | undefined {
    const found = this.#waiting.get(id);
    this.#waiting.delete(id);
    return found;
  }

  /** Gives up those whose stamp should have come by `now`. */
  sweep(now: Instant): void {
    for (const [id, { at }] of this.#waiting) {
      if (this.#waiting.size <= CAPACITY && now - at < PATIENCE_NS) return;
      this.#waiting.delete(id);
      this.#onLost();
    }
  }
}
