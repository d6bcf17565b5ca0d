import type { Stamp } from '../../../api/time.js';
import type { PortIdentity } from '../identity.js';
import type { PdelayReq } from '../message.js';
import type { Destination, Outbox } from './action.js';
import { type Envelope, flagsFor, headerOf } from './envelope.js';

interface Pending {
  readonly token: number;
  readonly sequenceId: number;
  readonly requesting: PortIdentity;
  readonly to: Destination;
}

/** Responses that wait for their transmit stamp: a link has one neighbour. */
const CAPACITY = 8;

/**
 * The peer-to-peer delay mechanism, answering side, in two steps (IEEE 1588-2019 §11.4.2). Both stamps are of the port's
 * own clock as it runs: only their difference and their rate count.
 */
export class PdelayResponder {
  readonly #envelope: Envelope;
  readonly #out: Outbox;
  #pending: readonly Pending[] = [];
  stampsLost = 0;

  constructor(envelope: Envelope, out: Outbox) {
    this.#envelope = envelope;
    this.#out = out;
  }

  take(request: PdelayReq, received: Stamp, from: string): void {
    const { source: requesting, sequenceId, flags } = request.header;
    if (requesting.clock === this.#envelope.identity.clock) return;
    const to: Destination = flags.unicast ? { address: from } : 'peers';
    const header = headerOf(this.#envelope, sequenceId, { flags: flagsFor(to, 'first') });
    const message = { kind: 'pdelay-resp', header, requestReceipt: received.time, requesting, tlvs: [] } as const;
    const token = this.#out.send(message, to);
    this.#pending = [...this.#pending, { token, sequenceId, requesting, to }].slice(-CAPACITY);
  }

  sent(token: number, stamp: Stamp): void {
    const pending = this.#forget(token);
    if (pending === undefined) return;
    const { sequenceId, requesting, to } = pending;
    const header = headerOf(this.#envelope, sequenceId, { flags: flagsFor(to) });
    this.#out.send({ kind: 'pdelay-resp-follow-up', header, responseOrigin: stamp.time, requesting, tlvs: [] }, to);
  }

  stampLost(token: number): void {
    if (this.#forget(token) !== undefined) this.stampsLost++;
  }

  #forget(token: number): Pending | undefined {
    const pending = this.#pending.find((known) => known.token === token);
    if (pending !== undefined) this.#pending = this.#pending.filter((known) => known !== pending);
    return pending;
  }
}
