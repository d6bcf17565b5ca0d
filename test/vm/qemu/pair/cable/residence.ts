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

/** Maximum number of unfinished peer delay exchanges. */
const CAPACITY = 64;

/**
 * Adds the residence time of messages to the correctionField, like an end-to-end transparent clock (IEEE 1588-2019 §10.2). For
 * peer delay it uses the Pdelay_Resp_Follow_Up, like a two-step clock, because IEEE 802.1AS gives the field of the Pdelay_Resp
 * another meaning.
 */
export class Residence {
  readonly #exchanges = new Map<string, bigint>();

  /** Takes an event message that leaves after `residenceNs`. */
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

  /** Takes a general message that leaves. */
  passed(frame: Buffer): void {
    if (messageType(frame) !== PDELAY_RESP_FOLLOW_UP) return;
    const key = exchangeOf(frame);
    correct(frame, this.#exchanges.get(key) ?? 0n);
    this.#exchanges.delete(key);
  }
}
