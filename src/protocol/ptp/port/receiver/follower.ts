import type { Claims, Observation } from '../../../../api/observation.js';
import type { Instant, Ns, Stamp } from '../../../../api/time.js';
import type { ForeignMaster } from '../../bmca/foreign-masters.js';
import { type PortIdentity, samePort } from '../../identity.js';
import { intervalNs } from '../../interval.js';
import type { DelayResp, FollowUp, Sync } from '../../message.js';
import { measuresLink } from '../../profile/profile.js';
import { type Destination, earliest, isDue, type Outbox } from '../action.js';
import type { Envelope } from '../envelope.js';
import type { Neighbour } from '../neighbour/neighbour.js';
import type { ReceiverSettings } from '../settings.js';
import { claimsOf, silentClaims } from './claims.js';
import { DelayRequester, type DelayTimes } from './delay-requester.js';
import { ObservationBuilder } from './observation-builder.js';
import { isBelievable } from './observations.js';
import { SyncReceiver, type SyncTimes } from './sync-receiver.js';
import { SyncTimeout } from './sync-timeout.js';
import { TimeBase } from './time-base.js';

/** Minimum sync receipt timeout of profiles that hold, ns: a shorter silence may only show that this machine is busy. */
const HOLD_AFTER_NS = 250e6;

/** Age at which a measured delay is dropped: intervals of Delay_Req, and at least this long, ns. */
const LAPSE_INTERVALS = 16;
const LAPSE_AT_LEAST_NS = 5e9;
/** Time for which a fault of Syncs is reported after it was last seen, ns. */
const FAULT_NS = 10_000_000_000n;

/** Number of received messages that were not used, by reason. */
export interface UnusedMessages {
  /** Syncs without a receive stamp. */
  unstamped: number;
  /** Syncs of a sender that the port does not follow. */
  stranger: number;
  /** Messages with an implausible correctionField. */
  correction: number;
  /** Follow_Ups without the information TLV that the profile requires. */
  bare: number;
}

/**
 * Follows one timeTransmitter, or with `Profile.anySource` every sender: takes Sync, Follow_Up and Delay_Resp, and makes
 * Delay_Req, observations and claims.
 */
export class Follower {
  readonly unused: UnusedMessages = { unstamped: 0, stranger: 0, correction: 0, bare: 0 };
  readonly requester: DelayRequester;
  readonly syncTimeout: SyncTimeout;
  readonly timeBase = new TimeBase();
  readonly #settings: ReceiverSettings;
  readonly #envelope: Envelope;
  readonly #neighbour: Neighbour;
  readonly #out: Outbox;
  readonly #syncs = new SyncReceiver();
  readonly #observer: ObservationBuilder;
  #parent: ForeignMaster | undefined;
  #source: PortIdentity | undefined;
  #lastSync: SyncTimes | undefined;
  #lastDelay: DelayTimes | undefined;
  /** Time of the last measured delay to this timeTransmitter. A step of the local clock does not reset it. */
  #delayAt: Instant | undefined;
  #syncFault: { readonly clause: string; readonly at: Instant } | undefined;
  #silentSince: Instant | undefined;

  constructor(settings: ReceiverSettings, envelope: Envelope, neighbour: Neighbour, out: Outbox) {
    const { profile, random } = settings;
    this.#settings = settings;
    this.#envelope = envelope;
    this.#neighbour = neighbour;
    this.#out = out;
    const leastNs = profile.onSyncLoss === 'hold' ? HOLD_AFTER_NS : 0;
    this.syncTimeout = new SyncTimeout(profile.initial.sync, profile.syncTimeout, leastNs);
    this.requester = new DelayRequester({ envelope, logInterval: profile.initial.delay, random }, out);
    this.#observer = new ObservationBuilder(settings, neighbour, this.timeBase);
  }

  get parent(): ForeignMaster | undefined {
    return this.#parent;
  }

  /** Sender of the last Sync. */
  get source(): PortIdentity | undefined {
    return this.#source;
  }

  get lastSync(): SyncTimes | undefined {
    return this.#lastSync;
  }

  get lastDelay(): DelayTimes | undefined {
    return this.#lastDelay;
  }

  /** Returns true while the last measured delay is recent. */
  isDelayKnown(now: Instant): boolean {
    const lapseNs = Math.max(LAPSE_AT_LEAST_NS, LAPSE_INTERVALS * intervalNs(this.requester.logInterval));
    return this.#delayAt !== undefined && Number(now - this.#delayAt) < lapseNs;
  }

  /** Returns a clause: why received Syncs are not used. Empty without a fault, and if none arrive. */
  syncFault(now: Instant): string {
    const { clause, at } = this.#syncFault ?? {};
    if (at !== undefined && now - at < FAULT_NS) return clause!;
    return this.#syncs.lacksFollowUps(now) ? 'they arrive without their Follow_Up' : '';
  }

  /** Number of Syncs without their Follow_Up, and of Follow_Ups without their Sync. */
  get mismatches(): { readonly syncMismatches: number; readonly followUpMismatches: number } {
    const { syncMismatches, followUpMismatches } = this.#syncs;
    return { syncMismatches, followUpMismatches };
  }

  get dueAt(): Instant | undefined {
    return earliest(this.syncTimeout.dueAt, this.requester.dueAt);
  }

  /** Returns the time since the last Sync if Syncs are missing. */
  silenceNs(now: Instant): Ns | undefined {
    return this.#silentSince === undefined ? undefined : Number(now - this.#silentSince);
  }

  linkUp(now: Instant): void {
    if (this.#settings.profile.anySource) this.syncTimeout.start(now);
  }

  linkDown(now: Instant): void {
    if (!this.follow(undefined, now)) this.#restart(now);
    this.syncTimeout.stop();
  }

  /** Returns true if `parent` is another timeTransmitter than before. */
  follow(parent: ForeignMaster | undefined, now: Instant): boolean {
    const before = this.#parent;
    this.#parent = parent;
    if (parent !== undefined) this.#claim(claimsOf(parent, this.#claimedIntervalNs));
    if (isSame(before, parent)) return false;
    this.#out.put({ type: 'parent', parent });
    this.#restart(now);
    return true;
  }

  /** Drops everything that was stamped before a step of the local clock. */
  clockStepped(): void {
    this.#syncs.clear();
    this.requester.forget();
    this.#lastSync = undefined;
    this.#lastDelay = undefined;
  }

  /** Returns true if a Sync is complete and used. */
  receiveSync(sync: Sync, stamp: Stamp | undefined, now: Instant): boolean {
    if (!this.#isFollowed(sync.header.source)) this.unused.stranger++;
    else if (stamp === undefined) {
      this.unused.unstamped++;
      this.#syncFault = { clause: 'they arrive without a receive stamp', at: now };
    } else {
      this.#envelope.version.received(sync);
      return this.#syncMeasured(this.#syncs.receiveSync(sync, stamp, now), now);
    }
    return false;
  }

  /** Returns true if a Sync is complete and used. */
  receiveFollowUp(followUp: FollowUp, now: Instant): boolean {
    return (
      this.#isFollowed(followUp.header.source) && this.#syncMeasured(this.#syncs.receiveFollowUp(followUp, now), now)
    );
  }

  receiveDelayResp(response: DelayResp, now: Instant): void {
    this.#delayMeasured(this.requester.receive(response), now);
  }

  sent(token: number, stamp: Stamp, now: Instant): void {
    this.#delayMeasured(this.requester.sent(token, stamp), now);
  }

  /** Returns true if Syncs have stopped. */
  wake(now: Instant): boolean {
    this.requester.wake(now);
    if (!isDue(this.syncTimeout.dueAt, now)) return false;
    this.#silentSince ??= this.syncTimeout.lastAt ?? now - BigInt(Math.round(this.syncTimeout.timeoutNs));
    this.syncTimeout.stop();
    this.syncTimeout.count++;
    return true;
  }

  #isFollowed(source: PortIdentity): boolean {
    if (this.#settings.profile.anySource) return source.clock !== this.#settings.identity.clock;
    return this.#parent !== undefined && samePort(source, this.#parent.dataSet.sender);
  }

  #syncMeasured(sync: SyncTimes | undefined, now: Instant): boolean {
    if (sync === undefined) return false;
    if (this.#settings.profile.followUpInformation && sync.information === undefined) {
      this.unused.bare++;
      this.#syncFault = { clause: 'they arrive without the information TLV of 802.1AS', at: now };
      return false;
    }
    if (!isBelievable(sync.correction)) {
      this.unused.correction++;
      this.#syncFault = { clause: 'they arrive with a correctionField that is too large', at: now };
      return false;
    }
    this.#syncFault = undefined;
    this.#silentSince = undefined;
    this.syncTimeout.syncReceived(sync.logInterval, now);
    this.#source = sync.source;
    this.#lastSync = sync;
    if (this.timeBase.update(sync)) this.#out.put(this.timeBase.discontinuity);
    if (this.#parent === undefined) this.#claim(silentClaims(sync.source, this.syncTimeout.intervalNs));
    if (this.#neighbour.isFit) this.#observe(this.#observer.ofSync(sync, this.#parent));
    return true;
  }

  #delayMeasured(delay: DelayTimes | undefined, now: Instant): void {
    if (delay === undefined) return;
    if (!isBelievable(delay.correction)) {
      this.unused.correction++;
      this.requester.fault = 'the Delay_Resp have a correctionField that is too large';
      return;
    }
    this.#lastDelay = delay;
    this.#delayAt = now;
    this.#observe(this.#observer.ofDelay(delay, this.#parent));
  }

  #observe(observations: readonly Observation[]): void {
    if (observations.length > 0) this.#out.put({ type: 'observe', observations });
  }

  #claim(claims: Claims): void {
    this.#out.put({ type: 'claim', claims });
  }

  /** Interval of the slower direction, so that a Delay_Req with a long interval does not count as missing. */
  get #claimedIntervalNs(): Ns {
    return measuresLink(this.#settings.profile)
      ? this.syncTimeout.intervalNs
      : Math.max(this.syncTimeout.intervalNs, 2 * intervalNs(this.requester.logInterval));
  }

  /** Drops everything of the last timeTransmitter. */
  #restart(now: Instant): void {
    this.#syncs.clear();
    this.timeBase.clear();
    this.#source = undefined;
    this.#lastSync = undefined;
    this.#lastDelay = undefined;
    this.#delayAt = undefined;
    this.#syncFault = undefined;
    this.#silentSince = undefined;
    const { profile, unicast } = this.#settings;
    const parent = this.#parent;
    if (parent === undefined) {
      this.requester.stop();
      if (!profile.anySource) this.syncTimeout.stop();
      return;
    }
    this.syncTimeout.start(now);
    if (measuresLink(profile)) return;
    this.#envelope.version.restart();
    const to: Destination = profile.hybrid || unicast !== undefined ? { address: parent.from } : 'group';
    this.requester.start(parent.dataSet.sender, to, now);
  }
}

const isSame = (a: ForeignMaster | undefined, b: ForeignMaster | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && samePort(a.dataSet.sender, b.dataSet.sender));
