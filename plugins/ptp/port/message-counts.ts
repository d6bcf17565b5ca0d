import type { PdelayResponder } from 'timehub/api';
import { MESSAGES, type MessageKind, REJECT_REASONS, type RejectReason } from 'timehub/protocol/ptp';
import type { ReceiveRefusal } from './receive-filter.js';

const TYPES = 16;

type Rejection = RejectReason | ReceiveRefusal;
const REASONS: readonly Rejection[] = [...REJECT_REASONS, 'denied', 'limited'];

/** Counts messages by type in both directions, as in PORT_STATS_NP. */
export class MessageCounts {
  readonly received = new Float64Array(TYPES);
  readonly sent = new Float64Array(TYPES);
  /** Received datagrams that are not a message or were not read, by reason. */
  readonly rejected = Object.fromEntries(REASONS.map((reason) => [reason, 0])) as Record<Rejection, number>;
  unsent = 0;

  countReceived(kind: MessageKind): void {
    this.received[MESSAGES[kind].type]!++;
  }

  countSent(kind: MessageKind): void {
    this.sent[MESSAGES[kind].type]!++;
  }

  /** Returns the sent messages with the answers of the Pdelay thread. */
  sentWith(responder: PdelayResponder | undefined): Float64Array {
    const sent = this.sent.slice();
    const { responses = 0, followUps = 0 } = responder?.counts() ?? {};
    sent[MESSAGES['pdelay-resp'].type]! += responses;
    sent[MESSAGES['pdelay-resp-follow-up'].type]! += followUps;
    return sent;
  }

  countRejected(reason: Rejection): void {
    this.rejected[reason]++;
  }

  /** Returns the counters above zero by name. */
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
