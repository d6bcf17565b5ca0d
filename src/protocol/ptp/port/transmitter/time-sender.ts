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

/** Time after link-up at which the operational intervals begin, also without a request, ns. */
const INITIAL_NS = 8_000_000_000n;

/** Sends Announce, Sync and Follow_Up: to the group at their intervals, and to clients with grants. */
export class TimeSender {
  readonly #settings: TransmitterSettings;
  readonly #envelope: Envelope;
  readonly #out: Outbox;
  readonly #syncs: SyncSender;
  readonly #unicast: UnicastService;
  readonly #announceTimer: IntervalTimer;
  readonly #syncTimer: IntervalTimer;
  readonly #announceSequence: Sequence;
  readonly #syncSequence: Sequence;
  #operationalAt: Instant | undefined;
  #isMaster = false;
  /** The data to announce. Undefined: there is no time to send. */
  data: GrandmasterData | undefined;

  constructor(settings: TransmitterSettings, envelope: Envelope, out: Outbox) {
    const { profile, random, ptpTimeOf, grants = GRANT_LIMITS } = settings;
    this.#settings = settings;
    this.#envelope = envelope;
    this.#out = out;
    this.#syncs = new SyncSender(envelope, ptpTimeOf, out);
    this.#unicast = new UnicastService(envelope, grants, random, out);
    this.#announceTimer = new IntervalTimer(profile.initial.announce);
    this.#syncTimer = new IntervalTimer(profile.initial.sync);
    this.#announceSequence = randomSequence(random);
    this.#syncSequence = randomSequence(random);
  }

  get dueAt(): Instant | undefined {
    // Without room the next stamp wakes the sender.
    const unicastAt = this.#syncs.room === 0 ? undefined : this.#unicast.dueAt;
    return earliest(unicastAt, this.#operationalAt, this.#announceTimer.dueAt, this.#syncTimer.dueAt);
  }

  get logAnnounceInterval(): number {
    return this.#announceTimer.logInterval;
  }

  get logSyncInterval(): number {
    return this.#syncTimer.logInterval;
  }

  get grants(): number {
    return this.#unicast.grants;
  }

  /** Number of times that an Announce to the group was due, sent or not. */
  get announcesDue(): number {
    return this.#announceTimer.count;
  }

  /** Number of times that a Sync to the group was due. */
  get syncsDue(): number {
    return this.#syncTimer.count;
  }

  get unicastServices(): number {
    return this.#unicast.services;
  }

  get stampsLost(): number {
    return this.#syncs.stampsLost;
  }

  /** Number of Syncs without a Follow_Up, because there was no time to send. */
  get timeless(): number {
    return this.#syncs.timeless;
  }

  linkUp(now: Instant): void {
    const { initial, operational } = this.#settings.profile;
    if (operational !== undefined) this.#operationalAt = now + INITIAL_NS;
    this.#announceTimer.resume();
    this.#syncTimer.resume();
    this.#announceTimer.change(initial.announce, now);
    this.#syncTimer.change(initial.sync, now);
  }

  linkDown(): void {
    this.#unicast.clear();
  }

  /** `sending`: the port is in MASTER state. Profiles without an election have no Announces (the automotive profile). */
  setRole(role: 'sending' | 'silent', now: Instant): void {
    this.#isMaster = role === 'sending';
    if (!this.#isMaster || this.#settings.recipients === 'grants') {
      this.#syncTimer.stop();
      this.#announceTimer.stop();
      return;
    }
    this.#syncTimer.start(now);
    if (!this.#settings.profile.anySource) this.#announceTimer.start(now);
  }

  /** Handles requests for unicast messages. */
  receiveSignaling(message: Signaling, from: string, now: Instant): void {
    if (this.#settings.grants === undefined) return;
    this.#unicast.receive(message, from, this.#isMaster ? 'grant' : 'refuse', now);
  }

  /** Credits an address for a unicast Delay_Req that was answered. */
  credit(from: string, now: Instant): void {
    this.#unicast.credit(from, now);
  }

  /** Ends the grants of an address at which nothing listens. */
  unreachable(address: string, now: Instant): void {
    this.#unicast.unreachable(address, now);
  }

  /** Applies the neighbour's request for other intervals (802.1AS-2020 §10.3.18). */
  changeIntervals({ timeSync, announce }: IntervalRequest, now: Instant): void {
    this.#operationalAt = undefined;
    const { initial } = this.#settings.profile;
    applyIntervalRequest(this.#syncTimer, timeSync, initial.sync, now);
    applyIntervalRequest(this.#announceTimer, announce, initial.announce, now);
  }

  wake(now: Instant): void {
    if (isDue(this.#operationalAt, now)) this.#goOperational(now);
    if (this.#syncTimer.fire(now)) this.#syncs.send(this.#syncSequence.next(), this.#syncTimer.logInterval, 'group');
    if (this.#announceTimer.fire(now)) this.#announce(this.#announceSequence.next(), 'group');
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
    this.#syncTimer.change((operational ?? initial).sync, now);
    this.#announceTimer.change((operational ?? initial).announce, now);
  }

  #announce(sequenceId: number, to: Destination): void {
    if (this.data === undefined) return;
    const logInterval = to === 'group' ? this.#announceTimer.logInterval : NO_INTERVAL;
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
