import type { Instant, Stamp } from '../../../../api/time.js';
import { NO_PORT, type PortIdentity } from '../../identity.js';
import type { PdelayReq, PdelayResp, PdelayRespFollowUp } from '../../message.js';
import type { TimeInterval } from '../../time.js';
import type { Destination, Outbox } from '../action.js';
import { type Envelope, flagsFor, headerOf } from '../envelope.js';

interface Pending {
  readonly sequenceId: number;
  readonly requesting: PortIdentity;
  readonly to: Destination;
  /** correctionField of the request: the residence times of transparent clocks. */
  readonly correction: TimeInterval;
}

/** Maximum number of responses that wait for their transmit stamp. A link has one neighbour. */
const CAPACITY = 8;

/**
 * Responder of the peer-to-peer delay mechanism, in two steps (IEEE 1588-2019 §11.4.2). Both stamps come from the port's
 * clock uncorrected: only their difference and their rate matter.
 */
export class PeerDelayResponder {
  readonly #envelope: Envelope;
  readonly #out: Outbox;
  /** Keyed by token, oldest first. */
  readonly #pending = new Map<number, Pending>();
  stampsLost = 0;

  constructor(envelope: Envelope, out: Outbox) {
    this.#envelope = envelope;
    this.#out = out;
  }

  answer(request: PdelayReq, received: Stamp, from: string): void {
    const { source: requesting, sequenceId, flags, correction } = request.header;
    if (requesting.clock === this.#envelope.identity.clock) return;
    const to: Destination = flags.unicast ? { address: from } : 'peers';
    const pending = { sequenceId, requesting, to, correction };
    const token = this.#out.send(responseOf(this.#envelope, { ...pending, time: received.time }), to);
    this.#pending.set(token, pending);
    if (this.#pending.size > CAPACITY) this.stampLost(this.#pending.keys().next().value!);
  }

  sent(token: number, stamp: Stamp): void {
    const pending = this.#pending.get(token);
    if (pending === undefined) return;
    this.#pending.delete(token);
    this.#out.send(followUpOf(this.#envelope, { ...pending, time: stamp.time }), pending.to);
  }

  stampLost(token: number): void {
    if (this.#pending.delete(token)) this.stampsLost++;
  }
}

interface Answer extends Pending {
  readonly time: Instant;
}

function responseOf(envelope: Envelope, { sequenceId, to, requesting, time: requestReceipt }: Answer): PdelayResp {
  const header = headerOf(envelope, sequenceId, { flags: flagsFor(to, 'first') });
  return { kind: 'pdelay-resp', header, requestReceipt, requesting, tlvs: [] };
}

function followUpOf(envelope: Envelope, { sequenceId, to, requesting, correction, time: responseOrigin }: Answer) {
  const header = headerOf(envelope, sequenceId, { flags: flagsFor(to), correction });
  return { kind: 'pdelay-resp-follow-up', header, responseOrigin, requesting, tlvs: [] } as const;
}

const BLANK: Answer = { sequenceId: 0, to: 'peers', requesting: NO_PORT, correction: 0n, time: 0n };

/** Returns both answers to the group, in which sequenceId, time, correction and requestingPortIdentity must be filled in. */
export const blankPdelayAnswers = (envelope: Envelope): readonly [PdelayResp, PdelayRespFollowUp] => [
  responseOf(envelope, BLANK),
  followUpOf(envelope, BLANK),
];
