import type { Instant, Stamp } from '../../../../api/time.js';
import { NO_INTERVAL } from '../../interval.js';
import type { Signaling } from '../../message.js';
import type { Tlv } from '../../tlv/index.js';
import { type Destination, earliest, isDue, type Outbox } from '../action.js';
import { type Envelope, randomSequence, type Sequence } from '../envelope.js';
import { applyIntervalRequest, type IntervalRequest } from '../interval-request.js';
import { IntervalTimer } from '../interval-timer.js';
import type { TransmitterSettings } from '../settings.js';
import { announceOf, type GrandmasterData, informationOf } from './grandmaster-data.js';
import { ANNOUNCE_TYPE, GRANT_LIMITS } from './grant-table.js';
import { SyncSender } from './sync-sender.js';
import { UnicastService } from './unicast-service.js';

/** A profile with operational intervals goes over to them by itself after this, whether it was asked or not. */
const INITIAL_NS = 8_000_000_000n;

/**
 * What a timeTransmitter sends by itself: Announce, Sync and Follow_Up, to the group at their paces and to those who were
 * granted them.
 */
export class TimeSender {
  readonly #settings: TransmitterSettings;
  readonly #envelope: Envelope;
  readonly #out: Outbox;
  readonly #syncs: SyncSender;
  readonly #unicast: UnicastService;
  readonly #announcePace: IntervalTimer;
  readonly #syncPace: IntervalTimer;
  readonly #announceSequence: Sequence;
  readonly #syncSequence: Sequence;
  #operationalAt: Instant | undefined;
  #isMaster = false;
  /** What to announce; undefined: there is no time to give. */
  data: GrandmasterData | undefined;

  constructor(settings: TransmitterSettings, envelope: Envelope, out: Outbox) {
    const { profile, random, ptpTimeOf, grants = GRANT_LIMITS } = settings;
    this.#settings = settings;
    this.#envelope = envelope;
    this.#out = out;
    this.#syncs = new SyncSender(envelope, ptpTimeOf, out);
    this.#unicast = new UnicastService(envelope, grants, random, out);
    this.#announcePace = new IntervalTimer(profile.initial.announce);
    this.#syncPace = new IntervalTimer(profile.initial.sync);
    this.#announceSequence = randomSequence(random);
    this.#syncSequence = randomSequence(random);
  }

  get dueAt(): Instant | undefined {
    // The next stamp makes room.
    const unicastAt = this.#syncs.room === 0 ? undefined : this.#unicast.dueAt;
    return earliest(unicastAt, this.#operationalAt, this.#announcePace.dueAt, this.#syncPace.dueAt);
  }

  get logAnnounceInterval(): number {
    return this.#announcePace.logInterval;
  }

  get logSyncInterval(): number {
    return this.#syncPace.logInterval;
  }

  get grants(): number {
    return this.#unicast.grants;
  }

  /** Of messages to the group, sent or not. */
  get announcesDue(): number {
    return this.#announcePace.count;
  }

  get syncsDue(): number {
    return this.#syncPace.count;
  }

  get unicastServices(): number {
    return this.#unicast.services;
  }

  get stampsLost(): number {
    return this.#syncs.stampsLost;
  }

  /** Stamps for which there was no time to give. */
  get timeless(): number {
    return this.#syncs.timeless;
  }

  linkUp(now: Instant): void {
    const { initial, operational } = this.#settings.profile;
    if (operational !== undefined) this.#operationalAt = now + INITIAL_NS;
    this.#announcePace.resume();
    this.#syncPace.resume();
    this.#announcePace.change(initial.announce, now);
    this.#syncPace.change(initial.sync, now);
  }

  linkDown(): void {
    this.#unicast.clear();
  }

  /** `sending`: in MASTER state. Where nobody elects, nobody reads Announces (the automotive profile). */
  setRole(role: 'sending' | 'silent', now: Instant): void {
    this.#isMaster = role === 'sending';
    if (!this.#isMaster || this.#settings.recipients === 'grants') {
      this.#syncPace.stop();
      this.#announcePace.stop();
      return;
    }
    this.#syncPace.start(now);
    if (!this.#settings.profile.anySource) this.#announcePace.start(now);
  }

  /** Asks for unicast messages. */
  takeSignaling(message: Signaling, from: string, now: Instant): void {
    if (this.#settings.grants === undefined) return;
    this.#unicast.take(message, from, this.#isMaster ? 'grant' : 'refuse', now);
  }

  /** A unicast Delay_Req came from the address and is answered. */
  heard(from: string, now: Instant): void {
    this.#unicast.heard(from, now);
  }

  /** The network says that nothing listens at the address. */
  unreachable(address: string, now: Instant): void {
    this.#unicast.unreachable(address, now);
  }

  /** The neighbour wants other intervals, or none (802.1AS-2020 §10.3.18). */
  takeRequest({ timeSync, announce }: IntervalRequest, now: Instant): void {
    this.#operationalAt = undefined;
    const { initial } = this.#settings.profile;
    applyIntervalRequest(this.#syncPace, timeSync, initial.sync, now);
    applyIntervalRequest(this.#announcePace, announce, initial.announce, now);
  }

  wake(now: Instant): void {
    if (isDue(this.#operationalAt, now)) this.#goOperational(now);
    if (this.#syncPace.take(now)) this.#syncs.send(this.#syncSequence.next(), this.#syncPace.logInterval, 'group');
    if (this.#announcePace.take(now)) this.#announce(this.#announceSequence.next(), 'group');
    this.#serve(now);
  }

  sent(token: number, stamp: Stamp): void {
    this.#syncs.sent(token, stamp, this.#followUpTlvs);
  }

  stampLost(token: number): void {
    this.#syncs.stampLost(token);
  }

  #goOperational(now: Instant): void {
    this.#operationalAt = undefined;
    const { operational, initial } = this.#settings.profile;
    this.#syncPace.change((operational ?? initial).sync, now);
    this.#announcePace.change((operational ?? initial).announce, now);
  }

  #announce(sequenceId: number, to: Destination): void {
    if (this.data === undefined) return;
    const logInterval = to === 'group' ? this.#announcePace.logInterval : NO_INTERVAL;
    const { profile } = this.#settings;
    this.#out.send(announceOf(this.data, { envelope: this.#envelope, profile, sequenceId, logInterval, to }), to);
  }

  #serve(now: Instant): void {
    for (const grant of this.#unicast.due(now, this.#syncs.room)) {
      if (!this.#isMaster) continue;
      const to = { address: grant.address };
      const sequenceId = grant.sequenceId++ & 0xffff;
      if (grant.messageType === ANNOUNCE_TYPE) this.#announce(sequenceId, to);
      else this.#syncs.send(sequenceId, NO_INTERVAL, to);
    }
  }

  get #followUpTlvs(): readonly Tlv[] {
    return this.#settings.profile.followUpInformation ? [informationOf(this.data?.timeBase)] : [];
  }
}
