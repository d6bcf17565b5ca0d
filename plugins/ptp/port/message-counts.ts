import type { PdelayResponder } from 'timehub/api';
import { MESSAGES, type MessageKind, REJECT_REASONS, type RejectReason } from 'timehub/protocol/ptp';
import type { ReceiveRefusal } from './receive-filter.js';

const TYPES = 16;

type Rejection = RejectReason | ReceiveRefusal;
const REASONS: readonly Rejection[] = [...REJECT_REASONS, 'denied', 'limited'];

/** Messages by their type, both ways: what PORT_STATS_NP tells. */
export class MessageCounts {
  readonly received = new Float64Array(TYPES);
  readonly sent = new Float64Array(TYPES);
  /** Datagrams received that are no message or were not read, by reason. */
  readonly rejected = Object.fromEntries(REASONS.map((reason) => [reason, 0])) as Record<Rejection, number>;
  unsent = 0;

  take(kind: MessageKind): void {
    this.received[MESSAGES[kind].type]!++;
  }

  give(kind: MessageKind): void {
    this.sent[MESSAGES[kind].type]!++;
  }

  /** And what a thread has answered for the port. */
  sentWith(responder: PdelayResponder | undefined): Float64Array {
    const sent = this.sent.slice();
    const { responses = 0, followUps = 0 } = responder?.counts() ?? {};
    sent[MESSAGES['pdelay-resp'].type]! += responses;
    sent[MESSAGES['pdelay-resp-follow-up'].type]! += followUps;
    return sent;
  }

  reject(reason: Rejection): void {
    this.rejected[reason]++;
  }

  /** Of the kinds that there were. */
  inspect(): Record<string, unknown> {
    const named = (counts: Float64Array) =>
      Object.fromEntries(
        (Object.keys(MESSAGES) as MessageKind[])
          .map((kind) => [kind, counts[MESSAGES[kind].type]!] as const)
          .filter(([, count]) => count > 0),
      );
    return {
      received: named(this.received),
      sent: named(this.sent),
      rejected: Object.fromEntries(Object.entries(this.rejected).filter(([, count]) => count > 0)),
      unsent: this.unsent,
    };
  }
}
