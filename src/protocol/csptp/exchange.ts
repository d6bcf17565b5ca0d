import type { Instant, LocalStamp } from '../../api/time.js';
import { addIntervals, type TimeInterval } from '../ptp/index.js';
import { type Question, request } from './request.js';
import { type FollowUpPart, type MalformedReason, readPart, type SyncPart } from './response.js';

/** A whole answer, in one step or two. `S`: what the stamps are, handed through. */
export interface CsptpAnswer<S extends LocalStamp = LocalStamp> {
  readonly sync: SyncPart;
  /** When the server sent its Sync, and when that came here. */
  readonly transmit: Instant;
  readonly received: S;
  /** What transparent clocks have taken on either way, the Follow_Up's share included. */
  readonly outboundCorrection: TimeInterval;
  readonly inboundCorrection: TimeInterval;
}

/**
 * Not a part of this answer, whoever sent it: to be counted, nothing else. `stamp`: a Sync without a time of arrival;
 * `settled`: the answer is there already; `duplicate`: that part of it.
 */
export type CsptpRefusalReason = MalformedReason | 'domain' | 'sequence' | 'stamp' | 'settled' | 'duplicate';

export type CsptpVerdict<S extends LocalStamp = LocalStamp> =
  | { readonly kind: 'refused'; readonly reason: CsptpRefusalReason }
  | { readonly kind: 'waiting'; readonly for: 'sync' | 'follow-up' }
  | { readonly kind: 'answer'; readonly answer: CsptpAnswer<S> };

/**
 * One request and what answers it, without I/O: send `request`, hand every datagram from the server's address to `judge`,
 * then `measure`. Sync and Follow_Up may come in either order. An answer is used once.
 */
export class CsptpExchange<S extends LocalStamp = LocalStamp> {
  readonly request: Uint8Array;
  readonly #question: Question;
  #sync: { readonly part: SyncPart; readonly received: S } | undefined;
  #followUp: FollowUpPart | undefined;
  #settled = false;

  constructor(question: Question) {
    this.#question = question;
    this.request = request(question);
  }

  /** `received`: of a datagram at the event port; of others it is not looked at. */
  judge(datagram: Uint8Array, received?: S): CsptpVerdict<S> {
    if (this.#settled) return refused('settled');
    const part = readPart(datagram);
    if (part.kind === 'malformed') return refused(part.reason);
    if (part.domain !== this.#question.domain) return refused('domain');
    if (part.sequenceId !== this.#question.sequenceId) return refused('sequence');
    if (part.kind === 'follow-up') return this.#takeFollowUp(part);
    return received === undefined ? refused('stamp') : this.#takeSync(part, received);
  }

  #takeSync(part: SyncPart, received: S): CsptpVerdict<S> {
    if (!part.twoStep) return this.#settle({ part, received }, part.origin, 0n);
    if (this.#sync !== undefined) return refused('duplicate');
    this.#sync = { part, received };
    return this.#complete() ?? { kind: 'waiting', for: 'follow-up' };
  }

  #takeFollowUp(part: FollowUpPart): CsptpVerdict<S> {
    if (this.#followUp !== undefined) return refused('duplicate');
    this.#followUp = part;
    return this.#complete() ?? { kind: 'waiting', for: 'sync' };
  }

  #complete(): CsptpVerdict<S> | undefined {
    if (this.#sync === undefined || this.#followUp === undefined) return undefined;
    return this.#settle(this.#sync, this.#followUp.origin, this.#followUp.correction);
  }

  #settle(
    { part, received }: { readonly part: SyncPart; readonly received: S },
    transmit: Instant,
    followUpCorrection: TimeInterval,
  ): CsptpVerdict<S> {
    this.#settled = true;
    const answer: CsptpAnswer<S> = {
      sync: part,
      transmit,
      received,
      outboundCorrection: part.requestCorrection,
      inboundCorrection: addIntervals(part.correction, followUpCorrection),
    };
    return { kind: 'answer', answer };
  }
}

const refused = (reason: CsptpRefusalReason): CsptpVerdict<never> => ({ kind: 'refused', reason });
