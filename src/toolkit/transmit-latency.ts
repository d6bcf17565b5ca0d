import type { Instant, Ns } from '../api/time.js';

const GAIN = 1 / 8;
/** A garbage collection between stamp and sending says nothing about the next time. */
const LARGEST_SURPRISE_NS = 20e3;

/**
 * How long after its transmit timestamp a reply leaves. The timestamp is part of what is sent, so that it must be written
 * ahead; what the way to the socket cost the last replies is the best guess for the next.
 */
export class TransmitLatency {
  #leadNs: Ns = 0;

  get ns(): Ns {
    return this.#leadNs;
  }

  ahead(now: Instant): Instant {
    return now + BigInt(Math.round(this.#leadNs));
  }

  /** `ns`: from the reading of the clock to the sending of that reply. */
  learn(ns: Ns): void {
    const surprise = Math.min(LARGEST_SURPRISE_NS, Math.max(-LARGEST_SURPRISE_NS, ns - this.#leadNs));
    this.#leadNs = Math.max(0, this.#leadNs + GAIN * surprise);
  }
}
