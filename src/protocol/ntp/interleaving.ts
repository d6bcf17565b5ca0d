import type { LocalStamp } from '../../api/time.js';
import type { Answer } from './evaluate.js';
import type { NtpTime } from './timestamp.js';

/** An answered request with both of its stamps. */
export interface AnsweredRequest<S extends LocalStamp> {
  readonly answer: Answer;
  readonly sent: S;
  readonly received: S;
}

/** Requests without an answer after which the server is asked in the basic mode: it may have forgotten its last reply. */
const MOST_MISSED = 4;
/** Answers in a row by which nothing could be measured, after which the server is asked in the basic mode from then on. */
const MOST_FRUITLESS = 4;
/** Tolerance of the time in the server, which cannot exceed the round trip: the two clocks run at different rates, ns. */
const TOLERANCE_NS = 1_000_000n;
/** Age up to which the exchange before is measured, ns, or two round trips: meanwhile the clock may move by 500 µs/s. */
const OLDEST_NS = 500_000_000n;

/**
 * The client's side of the interleaved mode (RFC 9769 §2). A server can state the exact transmit timestamp of a reply, taken by
 * its kernel or card, only in its next reply. This class keeps an answered request until then. While the server keeps to the
 * interleaved mode, no exchange is measured by the timestamp that its program wrote before sending: it is tens of µs early.
 */
export class Interleaving<S extends LocalStamp> {
  #last: AnsweredRequest<S> | undefined;
  /** The last exchange has been measured already. */
  #isMeasured = false;
  /** Answers in the basic mode in a row. */
  #basic = 1;
  #fruitless = 0;
  #missed = 0;

  /** Receive timestamp of the server's last reply, to ask in the interleaved mode; undefined: ask in the basic mode. */
  get previous(): NtpTime | undefined {
    const isUseless = this.#missed >= MOST_MISSED || this.#fruitless >= MOST_FRUITLESS;
    return isUseless ? undefined : this.#last?.answer.receiveTimestamp;
  }

  /** The server's last answer was in the interleaved mode. */
  get isActive(): boolean {
    return this.#basic === 0;
  }

  missedOne(): void {
    this.#missed++;
  }

  /**
   * Takes an answered request and returns the exchange to measure now: that before it, with its exact transmit timestamp; or
   * itself while the server answers in the basic mode. Undefined: the next answer completes this one.
   */
  take(answered: AnsweredRequest<S>): AnsweredRequest<S> | undefined {
    const last = this.#isMeasured ? undefined : this.#last;
    this.#last = answered;
    this.#missed = 0;
    this.#basic = answered.answer.isInterleaved ? 0 : this.#basic + 1;
    // One basic answer between interleaved ones is completed by the next.
    const isBasic = this.#basic > 1 || (this.#basic === 1 && this.#fruitless >= MOST_FRUITLESS);
    const exchange = isBasic ? answered : completed(last, answered);
    this.#isMeasured = isBasic;
    this.#fruitless = exchange === undefined ? this.#fruitless + 1 : isBasic ? this.#fruitless : 0;
    return exchange;
  }
}

function completed<S extends LocalStamp>(
  last: AnsweredRequest<S> | undefined,
  { answer: { isInterleaved, transmit }, received }: AnsweredRequest<S>,
): AnsweredRequest<S> | undefined {
  if (!isInterleaved || last === undefined) return undefined;
  const roundTripNs = last.received.monotonic - last.sent.monotonic;
  const ageNs = received.monotonic - last.received.monotonic;
  if (ageNs > OLDEST_NS && ageNs > 2n * roundTripNs) return undefined;
  const stayNs = transmit - last.answer.receive;
  if (stayNs < 0n || stayNs > roundTripNs + TOLERANCE_NS) return undefined;
  return { ...last, answer: { ...last.answer, transmit } };
}
