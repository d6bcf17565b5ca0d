import type { Instant, Stamp } from '../../../../api/time.js';
import { type PortIdentity, samePort } from '../../identity.js';
import type { FollowUp, Sync } from '../../message.js';
import { addIntervals, type TimeInterval } from '../../time.js';
import { findTlv, type TlvOf } from '../../tlv/index.js';

/** The times of one Sync, with its Follow_Up in two steps. */
export interface SyncTimes {
  readonly source: PortIdentity;
  readonly sequenceId: number;
  /** t1, of the timeTransmitter. */
  readonly origin: Instant;
  /** Sum of both messages' correctionFields. To be added to t1. */
  readonly correction: TimeInterval;
  /** t2, of the local clock. */
  readonly received: Stamp;
  readonly logInterval: number;
  readonly information: TlvOf<'follow-up-information'> | undefined;
}

interface Waiting<M> {
  readonly message: M;
  readonly at: Instant;
}

/** Maximum number of Syncs, and of Follow_Ups, that wait for the other message: more than reordering needs. */
const CAPACITY = 4;
/** Completed Syncs whose copies are recognised. */
const COMPLETED = 8;
/** Maximum wait for the other message, ns. sequenceIds repeat after 65536 / 128 s at the earliest. */
const PATIENCE_NS = 10_000_000_000n;

/** Pairs each Sync with its Follow_Up, in any order (IEEE 1588-2019 §9.5.4, figure 41). */
export class SyncReceiver {
  #syncs: readonly (Waiting<Sync> & { readonly stamp: Stamp })[] = [];
  #followUps: readonly Waiting<FollowUp>[] = [];
  #done: readonly SyncKey[] = [];
  /** Number of Syncs that were dropped without a Follow_Up, and of Follow_Ups without a Sync. */
  syncMismatches = 0;
  followUpMismatches = 0;

  receiveSync(sync: Sync, stamp: Stamp, now: Instant): SyncTimes | undefined {
    if (this.#isDone(sync)) return undefined;
    if (!sync.header.flags.twoStep) return this.#complete(sync, stamp, undefined);
    const other = this.#followUps.find(({ message }) => belong(message, sync));
    if (other !== undefined) return this.#complete(sync, stamp, other.message);
    // A copy (PRP, a loop) has taken a longer path than the original.
    if (this.#syncs.some(({ message }) => belong(message, sync))) return undefined;
    const waiting = [...this.#syncs, { message: sync, stamp, at: now }];
    this.#syncs = limited(waiting, now);
    this.syncMismatches += waiting.length - this.#syncs.length;
    return undefined;
  }

  receiveFollowUp(followUp: FollowUp, now: Instant): SyncTimes | undefined {
    if (this.#isDone(followUp)) return undefined;
    const other = this.#syncs.find(({ message }) => belong(message, followUp));
    if (other !== undefined) return this.#complete(other.message, other.stamp, followUp);
    if (this.#followUps.some(({ message }) => belong(message, followUp))) return undefined;
    const waiting = [...this.#followUps, { message: followUp, at: now }];
    this.#followUps = limited(waiting, now);
    this.followUpMismatches += waiting.length - this.#followUps.length;
    return undefined;
  }

  /** Returns true while several Syncs wait for their Follow_Up. */
  lacksFollowUps(now: Instant): boolean {
    return limited(this.#syncs, now).length > 1;
  }

  /** Drops waiting messages: the timeTransmitter or the local time is another one. */
  clear(): void {
    this.#syncs = [];
    this.#followUps = [];
  }

  #complete(sync: Sync, stamp: Stamp, followUp: FollowUp | undefined): SyncTimes {
    const { source, sequenceId, correction, logInterval } = sync.header;
    this.#syncs = this.#syncs.filter(({ message }) => !belong(message, sync));
    this.#followUps = this.#followUps.filter(({ message }) => !belong(message, sync));
    this.#done = [...this.#done, { source, sequenceId }].slice(-COMPLETED);
    return {
      ...{ source, sequenceId, logInterval, received: stamp },
      origin: followUp?.preciseOrigin ?? sync.origin,
      correction: followUp === undefined ? correction : addIntervals(correction, followUp.header.correction),
      information: followUp === undefined ? undefined : findTlv(followUp.tlvs, 'follow-up-information'),
    };
  }

  #isDone({ header }: Sync | FollowUp): boolean {
    return this.#done.some((done) => done.sequenceId === header.sequenceId && samePort(done.source, header.source));
  }
}

interface SyncKey {
  readonly source: PortIdentity;
  readonly sequenceId: number;
}

const limited = <W extends Waiting<unknown>>(waiting: readonly W[], now: Instant): readonly W[] =>
  waiting.filter(({ at }) => now - at <= PATIENCE_NS).slice(-CAPACITY);

/** Returns true for a Sync and a Follow_Up of one pair. The port has checked domain and profile. */
const belong = (a: Sync | FollowUp, b: Sync | FollowUp): boolean =>
  a.header.sequenceId === b.header.sequenceId && samePort(a.header.source, b.header.source);
