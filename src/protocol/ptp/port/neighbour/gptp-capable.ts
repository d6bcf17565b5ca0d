import type { Instant } from '../../../../api/time.js';
import { intervalNs } from '../../interval.js';
import type { Signaling } from '../../message.js';
import { findTlv, type Tlv } from '../../tlv/index.js';
import { earliest, isDue } from '../action.js';
import { applyIntervalRequest, boundedInterval } from '../interval-request.js';
import { IntervalTimer } from '../interval-timer.js';

/** `Profile.gptpCapable`. */
export interface GptpCapableRules {
  /** log2 of seconds. */
  readonly logInterval: number;
  /** gPtpCapableReceiptTimeout, of the neighbour's intervals. */
  readonly timeout: number;
}

/**
 * gPTP-capable Signaling, both ways: tells the neighbour that this port speaks 802.1AS in this domain, and knows whether the
 * neighbour does (802.1AS-2020 §10.4, §10.6.4.4, §10.6.4.5).
 */
export class GptpCapable {
  readonly #rules: GptpCapableRules;
  readonly #signal: (tlvs: readonly Tlv[]) => void;
  readonly #pace: IntervalTimer;
  #capableUntil: Instant | undefined;

  /** `signal`: sends a Signaling message to the neighbour. */
  constructor(rules: GptpCapableRules, signal: (tlvs: readonly Tlv[]) => void) {
    this.#rules = rules;
    this.#signal = signal;
    this.#pace = new IntervalTimer(rules.logInterval);
  }

  /** neighborGptpCapable. */
  get isNeighbourCapable(): boolean {
    return this.#capableUntil !== undefined;
  }

  get dueAt(): Instant | undefined {
    return earliest(this.#pace.dueAt, this.#capableUntil);
  }

  start(now: Instant): void {
    this.#pace.resume();
    this.#pace.change(this.#rules.logInterval, now);
    this.#pace.start(now);
  }

  stop(): void {
    this.#pace.stop();
    this.#capableUntil = undefined;
  }

  wake(now: Instant): void {
    if (isDue(this.#capableUntil, now)) this.#capableUntil = undefined;
    if (this.#pace.take(now)) this.#signal([{ kind: 'gptp-capable', logInterval: this.#pace.logInterval, flags: 0 }]);
  }

  /** Addressed to this port. */
  take({ tlvs }: Signaling, now: Instant): void {
    const capable = findTlv(tlvs, 'gptp-capable');
    if (capable !== undefined) {
      const interval = intervalNs(boundedInterval(capable.logInterval));
      this.#capableUntil = now + BigInt(Math.round(this.#rules.timeout * interval));
    }
    const request = findTlv(tlvs, 'gptp-capable-interval-request');
    if (request === undefined) return;
    applyIntervalRequest(this.#pace, request.logInterval, this.#rules.logInterval, now);
    this.#pace.start(now);
  }
}
