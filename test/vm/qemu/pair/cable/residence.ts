import {
  correct,
  DELAY_REQ,
  exchangeOf,
  messageType,
  PDELAY_REQ,
  PDELAY_RESP,
  PDELAY_RESP_FOLLOW_UP,
  SYNC,
} from './frame.js';

/** Exchanges of peer delay that may be lost half way. */
const CAPACITY = 64;

/**
 * Tells by the correctionField how long messages were held up, as an end-to-end transparent clock does (IEEE 1588-2019 §10.2):
 * those of peer delay by the Pdelay_Resp_Follow_Up, as one in two steps, since IEEE 802.1AS reads the field of the
 * Pdelay_Resp in its own way.
 */
export class Residence {
  readonly #exchanges = new Map<string, bigint>();

  /** An event message leaves after so long. */
  held(frame: Buffer, residenceNs: bigint): void {
    const type = messageType(frame);
    if (type === SYNC || type === DELAY_REQ) correct(frame, residenceNs);
    if (type !== PDELAY_REQ && type !== PDELAY_RESP) return;
    const key = exchangeOf(frame);
    this.#exchanges.set(key, (this.#exchanges.get(key) ?? 0n) + residenceNs);
    for (const oldest of this.#exchanges.keys()) {
      if (this.#exchanges.size <= CAPACITY) break;
      this.#exchanges.delete(oldest);
    }
  }

  /** A general message leaves. */
  passed(frame: Buffer): void {
    if (messageType(frame) !== PDELAY_RESP_FOLLOW_UP) return;
    const key = exchangeOf(frame);
    correct(frame, this.#exchanges.get(key) ?? 0n);
    this.#exchanges.delete(key);
  }
}
