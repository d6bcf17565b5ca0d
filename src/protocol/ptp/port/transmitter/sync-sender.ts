import type { Stamp } from '../../../../api/time.js';
import { NO_INTERVAL } from '../../interval.js';
import type { Tlv } from '../../tlv/index.js';
import type { Destination, Outbox } from '../action.js';
import { type Envelope, flagsFor, headerOf } from '../envelope.js';
import type { PtpTimeOf } from './grandmaster-data.js';

interface Pending {
  readonly sequenceId: number;
  readonly to: Destination;
  readonly logInterval: number;
}

/** Maximum number of Syncs that wait for their transmit stamp. The stamp timeout removes them long before. */
const CAPACITY = 4096;

/** Syncs that may be sent before their stamps are read: a socket keeps 256 numbers, and is read after it is written. */
const SURE = 192;

/** Sends Syncs, and each Follow_Up after the Sync's transmit stamp (IEEE 1588-2019 §9.5.9, §9.5.10). */
export class SyncSender {
  readonly #envelope: Envelope;
  readonly #ptpTimeOf: PtpTimeOf;
  readonly #out: Outbox;
  readonly #pending = new Map<number, Pending>();
  stampsLost = 0;
  /** Number of Syncs without a Follow_Up, because there was no time to send. */
  timeless = 0;

  constructor(envelope: Envelope, ptpTimeOf: PtpTimeOf, out: Outbox) {
    this.#envelope = envelope;
    this.#ptpTimeOf = ptpTimeOf;
    this.#out = out;
  }

  /** Number of Syncs that may be sent before the next stamps come. */
  get room(): number {
    return Math.max(0, SURE - this.#pending.size);
  }

  /** `logInterval`: logMessageInterval. Unicast messages do not state it. */
  send(sequenceId: number, logInterval: number, to: Destination): void {
    const stated = typeof to === 'object' ? NO_INTERVAL : logInterval;
    const header = headerOf(this.#envelope, sequenceId, { logInterval: stated, flags: flagsFor(to, 'first') });
    const token = this.#out.send({ kind: 'sync', header, origin: 0n, tlvs: [] }, to);
    this.#pending.set(token, { sequenceId, to, logInterval: stated });
    if (this.#pending.size > CAPACITY) this.#drop(this.#pending.keys().next().value!);
  }

  /** `tlvs`: TLVs of the Follow_Up. */
  sent(token: number, stamp: Stamp, tlvs: readonly Tlv[]): void {
    const pending = this.#pending.get(token);
    if (pending === undefined) return;
    this.#pending.delete(token);
    const preciseOrigin = this.#ptpTimeOf(stamp);
    if (preciseOrigin === undefined) {
      this.timeless++;
      return;
    }
    const { sequenceId, to, logInterval } = pending;
    const header = headerOf(this.#envelope, sequenceId, { logInterval, flags: flagsFor(to) });
    this.#out.send({ kind: 'follow-up', header, preciseOrigin, tlvs }, to);
  }

  stampLost(token: number): void {
    if (this.#pending.has(token)) this.#drop(token);
  }

  #drop(token: number): void {
    this.#pending.delete(token);
    this.stampsLost++;
  }
}
