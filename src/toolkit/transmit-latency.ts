import type { Instant, Ns } from '../api/time.js';

const GAIN = 1 / 8;
/**
 * Maximum difference from the estimate that one measurement counts with, ns: a garbage collection between stamp and sending
 * does not predict the next one.
 */
const MAX_CHANGE_NS = 20e3;

/**
 * Predicts the time from the reading of the clock to the sending of a reply. A reply carries its transmit timestamp, so the
 * timestamp is written before the reply is sent; the latency of the last replies is the best estimate for the next one.
 */
export class TransmitLatency {
  #ns: Ns = 0;

  /** The estimate, ns; never negative. */
  get ns(): Ns {
    return this.#ns;
  }

  /** Returns when a reply leaves whose clock was read at `now`. */
  departure(now: Instant): Instant {
    return now + BigInt(Math.round(this.#ns));
  }

  /** `ns`: latency of a reply that was sent, from the reading of the clock to the sending. */
  learn(ns: Ns): void {
    const change = Math.min(MAX_CHANGE_NS, Math.max(-MAX_CHANGE_NS, ns - this.#ns));
    this.#ns = Math.max(0, this.#ns + GAIN * change);
  }
}
