import type { Instant } from '../../../../api/time.js';
import { boundedInterval, intervalNs } from '../../interval.js';
import type { Signaling } from '../../message.js';
import { findTlv, type Tlv } from '../../tlv/index.js';
import { earliest, isDue } from '../action.js';
import { applyIntervalRequest } from '../interval-request.js';
import { IntervalTimer } from '../interval-timer.js';

/** `Profile.gptpCapable`. */
export interface GptpCapableRules {
  /** log2 of seconds. */
  readonly logInterval: number;
  /** gPtpCapableReceiptTimeout, in the neighbour's intervals. */
  readonly timeout: number;
}

/**
 * gPTP-capable Signaling in both directions: signals that this port is gPTP-capable in its domain, and receives the same
 * from the neighbour (802.1AS-2020 §10.4, §10.6.4.4, §10.6.4.5).
 */
export class GptpCapable {
  readonly #rules: GptpCapableRules;
  readonly #signal: (tlvs: readonly Tlv[]) => void;
  readonly #timer: IntervalTimer;
  #capableUntil: Instant | undefined;

  /** `signal`: sends a Signaling message to the neighbour. */
  constructor(rules: GptpCapableRules, signal: (tlvs: readonly Tlv[]) => void) {
    this.#rules = rules;
    this.#signal = signal;
    this.#timer = new IntervalTimer(rules.logInterval);
  }

  /** neighborGptpCapable. */
  get isNeighbourCapable(): boolean {
    return this.#capableUntil !== undefined;
  }

  get dueAt(): Instant | undefined {
    return earliest(this.#timer.dueAt, this.#capableUntil);
  }

  start(now: Instant): void {
    this.#timer.resume();
    this.#timer.change(this.#rules.logInterval, now);
    this.#timer.start(now);
  }

  stop(): void {
    this.#timer.stop();
    this.#capableUntil = undefined;
  }

  wake(now: Instant): void {
    if (isDue(this.#capableUntil, now)) this.#capableUntil = undefined;
    if (this.#timer.fire(now)) this.#signal([{ kind: 'gptp-capable', logInterval: this.#timer.logInterval, flags: 0 }]);
  }

  /** Handles a Signaling message that is addressed to this port. */
  receive({ tlvs }: Signaling, now: Instant): void {
    const capable = findTlv(tlvs, 'gptp-capable');
    if (capable !== undefined) {
      const interval = intervalNs(boundedInterval(capable.logInterval));
      this.#capableUntil = now + BigInt(Math.round(this.#rules.timeout * interval));
    }
    const request = findTlv(tlvs, 'gptp-capable-interval-request');
    if (request === undefined) return;
    applyIntervalRequest(this.#timer, request.logInterval, this.#rules.logInterval, now);
    this.#timer.start(now);
  }
}
