import type { Endpoint, Instant } from 'timehub/api';

/** A Sync that was sent, as far as its Follow_Up needs it. */
export interface SentSync {
  /** At least the octets that a Follow_Up repeats. */
  readonly sync: Uint8Array;
  readonly to: Endpoint;
  /** The own address to which the request came. */
  readonly from: string;
  /** Monotonic instant of sending. */
  readonly at: Instant;
}

const CAPACITY = 1024;
const PATIENCE_NS = 1_000_000_000n;

/** Syncs that wait for their transmit stamp, which may never come. Bounded: in a flood the oldest are dropped. */
export class PendingFollowUps {
  readonly #waiting = new Map<number, SentSync>();
  readonly #onLost: () => void;

  /** `onLost` is called for each Sync that is dropped without its stamp. */
  constructor(onLost: () => void) {
    this.#onLost = onLost;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** `id`: the number that `UdpSocket.send` returned. */
  add(id: number, sent: SentSync): void {
    this.#waiting.set(id, sent);
    this.sweep(sent.at);
  }

  /** Removes and returns the Sync. */
  take(id: number): SentSync | undefined {
    const found = this.#waiting.get(id);
    this.#waiting.delete(id);
    return found;
  }

  /** Drops Syncs sent 1 s or more before `now`, and the oldest of more than 1024. */
  sweep(now: Instant): void {
    for (const [id, { at }] of this.#waiting) {
      if (this.#waiting.size <= CAPACITY && now - at < PATIENCE_NS) return;
      this.#waiting.delete(id);
      this.#onLost();
    }
  }
}
