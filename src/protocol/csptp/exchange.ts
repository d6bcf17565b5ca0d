import type { Instant, LocalStamp } from '../../api/time.js';
import { addIntervals, type TimeInterval } from '../ptp/index.js';
import { type Question, request } from './request.js';
import { type FollowUpPart, type MalformedReason, readPart, type SyncPart } from './response.js';

/** A complete answer, in one step or two. `S`: the type of the stamps. */
export interface CsptpAnswer<S extends LocalStamp = LocalStamp> {
  readonly sync: SyncPart;
  /** Server's time of sending the Sync. */
  readonly transmit: Instant;
  /** Local stamp of the Sync's arrival. */
  readonly received: S;
  /** Residence times in transparent clocks on either way, the share in the Follow_Up included. */
  readonly outboundCorrection: TimeInterval;
  readonly inboundCorrection: TimeInterval;
}

/**
 * Reason for which a datagram is no part of the answer. `stamp`: a Sync without a time of arrival. `settled`: the answer was
 * complete before. `duplicate`: that part came before.
 */
export type CsptpRefusalReason = MalformedReason | 'domain' | 'sequence' | 'stamp' | 'settled' | 'duplicate';

export type CsptpVerdict<S extends LocalStamp = LocalStamp> =
  | { readonly kind: 'refused'; readonly reason: CsptpRefusalReason }
  | { readonly kind: 'waiting'; readonly for: 'sync' | 'follow-up' }
  | { readonly kind: 'answer'; readonly answer: CsptpAnswer<S> };

/**
 * One request and its answer, without I/O: send `request`, give every datagram from the server's address to `judge`, then call
 * `measure`. Sync and Follow_Up may come in either order. One answer is accepted.
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

  /** `received`: stamp of a datagram at the event port; undefined for the general port. */
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
