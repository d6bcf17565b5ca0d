import type { Instant } from '../../../../api/time.js';
import { isAddressedTo } from '../../identity.js';
import type { Signaling } from '../../message.js';
import type { Tlv } from '../../tlv/index.js';
import { TokenBucket } from '../../token-bucket.js';
import type { Outbox } from '../action.js';
import { type Envelope, flagsFor, headerOf, randomSequence, type Sequence } from '../envelope.js';
import { type GrantLimits, GrantTable } from './grant-table.js';
import type { UnicastGrant } from './granted-address.js';

/** Maximum number of TLVs of one Signaling that are answered. A client requests three types of message. */
const ANSWERED = 6;

/** Maximum number of requests per second that are answered to addresses without a grant. */
const NEWCOMERS_PER_S = 2048;

/** Maximum number of messages sent at once, so that received ones do not wait longer. */
const AT_ONCE = 64;

/** Granter of unicast negotiation (IEEE 1588-2019 §16.1). */
export class UnicastService {
  readonly #envelope: Envelope;
  readonly #out: Outbox;
  readonly #grants: GrantTable;
  readonly #sequence: Sequence;
  readonly #newcomers = new TokenBucket(NEWCOMERS_PER_S);
  /** Number of times that something was sent. */
  services = 0;

  constructor(envelope: Envelope, limits: GrantLimits, random: () => number, out: Outbox) {
    this.#envelope = envelope;
    this.#out = out;
    this.#grants = new GrantTable(limits);
    this.#sequence = randomSequence(random);
  }

  get grants(): number {
    return this.#grants.size;
  }

  get dueAt(): Instant | undefined {
    return this.#grants.dueAt;
  }

  /** `offer`: grant requests, or refuse all because the port is not in MASTER state. */
  receive({ header, target, tlvs }: Signaling, from: string, offer: 'grant' | 'refuse', now: Instant): void {
    if (!isAddressedTo(target, this.#envelope.identity) || !this.#admits(from, now)) return;
    if (tlvs.some(({ kind }) => kind === 'request-unicast')) this.#grants.credit(from, 'request', now);
    const answers = tlvs.slice(0, ANSWERED).flatMap((tlv): Tlv[] => {
      if (tlv.kind === 'request-unicast') {
        const durationS = offer === 'grant' ? this.#grants.request(from, header.source, tlv, now) : 0;
        const { messageType, logInterval } = tlv;
        const flags = { renewalInvited: durationS > 0 };
        return [{ kind: 'grant-unicast', messageType, logInterval, durationS, flags }];
      }
      if (tlv.kind !== 'cancel-unicast') return [];
      this.#grants.cancel(from, header.source, tlv.messageType);
      return [{ ...tlv, kind: 'acknowledge-cancel-unicast' }];
    });
    if (answers.length === 0) return;
    const to = { address: from };
    const answer = headerOf(this.#envelope, this.#sequence.next(), { flags: flagsFor(to) });
    this.#out.send({ kind: 'signaling', header: answer, target: header.source, tlvs: answers }, to);
  }

  /** Credits an address for a Delay_Req that is answered. */
  credit(from: string, now: Instant): void {
    this.#grants.credit(from, 'delay-req', now);
  }

  /** Ends the grants of an address at which nothing listens. */
  unreachable(address: string, now: Instant): void {
    this.#grants.unreachable(address, now);
  }

  /** Returns the grants to serve now, at most `room`. If there are more, they are due again at once. */
  due(now: Instant, room: number): readonly UnicastGrant[] {
    const due = this.#grants.takeDue(now, Math.min(room, AT_ONCE));
    if (due.length > 0) this.services++;
    return due;
  }

  #admits(from: string, now: Instant): boolean {
    return this.#grants.knows(from) || this.#newcomers.take(1, now);
  }

  clear(): void {
    this.#grants.clear();
  }
}
