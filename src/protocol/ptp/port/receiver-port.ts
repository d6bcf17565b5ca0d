import type { Claims, Observation } from '../../../api/observation.js';
import type { Instant, Ns, Stamp } from '../../../api/time.js';
import type { ForeignMaster } from '../bmca/foreign-masters.js';
import { type PortIdentity, samePort } from '../identity.js';
import { intervalNs } from '../interval.js';
import type { Announce, Message, Sync } from '../message.js';
import { type Destination, earliest, isDue, Outbox, type PortAction, type PortState, type Received } from './action.js';
import { AnnounceReceiver } from './announce-receiver.js';
import { claimsOf, sameClaims, silentClaims } from './claims.js';
import { DelayRequester, type DelayTimes } from './delay-requester.js';
import { concerns, type Envelope } from './envelope.js';
import { IntervalSignalling } from './interval-signalling.js';
import { atPlug, Neighbour } from './neighbour.js';
import { isBelievable } from './observations.js';
import { Observer } from './observer.js';
import { receiverVerdict, type Verdict } from './receiver-verdict.js';
import { type ReceiverView, viewOf } from './receiver-view.js';
import { envelopeOf, type ReceiverSettings } from './settings.js';
import { SyncReceiver, type SyncTimes } from './sync-receiver.js';
import { SyncWatch } from './sync-watch.js';
import { TimeBase } from './time-base.js';
import { UnicastClient } from './unicast-client.js';

/** Messages that were not used, by reason. */
export interface ReceiverCounters {
  /** Of another domain or profile. */
  foreign: number;
  /** An event message that came without a stamp. */
  unstamped: number;
  /** Of a sender that is not followed. */
  stranger: number;
  /** A correction that nobody could have meant. */
  correction: number;
  /** A Follow_Up without the information TLV that the profile asks for. */
  bare: number;
}

/**
 * One port that follows: Announces, Syncs and the delay mechanism of the profile in, observations and claims out. Without
 * clocks or sockets: `now` is CLOCK_MONOTONIC_RAW, and what is to be done is returned. After each call `wakeAt` may be
 * another; `wake` is due then, and coming late does no harm.
 */
export class TimeReceiverPort {
  readonly counters: ReceiverCounters = { foreign: 0, unstamped: 0, stranger: 0, correction: 0, bare: 0 };
  readonly #settings: ReceiverSettings;
  readonly #envelope: Envelope;
  readonly #out = new Outbox();
  readonly #announces: AnnounceReceiver;
  readonly #syncs = new SyncReceiver();
  readonly #watch: SyncWatch;
  readonly #requester: DelayRequester;
  readonly #neighbour: Neighbour;
  readonly #signalling: IntervalSignalling;
  readonly #unicast: UnicastClient | undefined;
  readonly #timeBase = new TimeBase();
  readonly #observer: Observer;
  #linkUp = false;
  #parent: ForeignMaster | undefined;
  #runnerUp: ForeignMaster | undefined;
  /** Of the last Sync: a parent without Announces. */
  #source: PortIdentity | undefined;
  #lastSync: SyncTimes | undefined;
  #lastDelay: DelayTimes | undefined;
  #silentSince: Instant | undefined;
  #claims: Claims | undefined;
  #verdict: Verdict = { state: 'initializing', topic: '', reason: 'Has not started.' };

  constructor(settings: ReceiverSettings) {
    const { profile, random, unicast } = settings;
    this.#settings = settings;
    this.#envelope = envelopeOf(settings);
    this.#announces = new AnnounceReceiver(settings);
    this.#watch = new SyncWatch(profile.initial.sync, profile.syncTimeout);
    this.#requester = new DelayRequester(
      { envelope: this.#envelope, logInterval: profile.initial.delay, random },
      this.#out,
    );
    this.#neighbour = new Neighbour(settings, this.#out);
    this.#observer = new Observer(settings, this.#neighbour, this.#timeBase);
    this.#signalling = new IntervalSignalling(settings, this.#out);
    if (unicast !== undefined) {
      this.#unicast = new UnicastClient(this.#envelope, unicast, profile.initial, random, this.#out);
    }
  }

  get state(): PortState {
    return this.#verdict.state;
  }

  /** When `wake` is due; undefined: never. */
  get wakeAt(): Instant | undefined {
    if (!this.#linkUp) return undefined;
    return earliest(
      this.#announces.dueAt,
      this.#watch.dueAt,
      this.#requester.dueAt,
      this.#neighbour.dueAt,
      this.#signalling.dueAt,
      this.#unicast?.dueAt,
    );
  }

  inspect(now: Instant): ReceiverView {
    return viewOf({
      verdict: this.#judge(now),
      parent: this.#parent,
      source: this.#source,
      sync: this.#lastSync,
      delay: this.#lastDelay,
      neighbour: this.#peerToPeer ? this.#neighbour : undefined,
      asymmetryNs: this.#settings.latencies.asymmetryNs,
      timeBase: this.#timeBase,
      known: this.#announces.known,
      counters: {
        ...this.counters,
        ...this.#announces.refused,
        unmatched: this.#syncs.unmatched,
        stampsLost: this.#requester.stampsLost + this.#neighbour.stampsLost,
        unanswered: this.#peerToPeer ? this.#neighbour.peer.lost : this.#requester.unanswered,
      },
      logDelayInterval: this.#requester.logInterval,
      syncIntervalNs: this.#watch.intervalNs,
    });
  }

  /** The beginning, and again after `linkDown`. */
  linkUp(now: Instant): readonly PortAction[] {
    if (this.#linkUp) return [];
    this.#linkUp = true;
    if (this.#peerToPeer) this.#neighbour.start(now);
    if (this.#settings.profile.anySource) this.#watch.start(now);
    this.#signalling.start();
    this.#unicast?.start(now);
    return this.#settle(now);
  }

  /** The end: grants are given back. */
  stop(now: Instant): readonly PortAction[] {
    this.#unicast?.stop();
    return this.linkDown(now);
  }

  linkDown(now: Instant): readonly PortAction[] {
    this.#linkUp = false;
    this.#announces.clear();
    this.#neighbour.stop();
    this.#follow([], now);
    this.#watch.stop();
    return this.#settle(now);
  }

  /** The clock that stamps was stepped: what was stamped before it says nothing any more. */
  clockStepped(now: Instant): readonly PortAction[] {
    this.#syncs.clear();
    this.#requester.forget();
    this.#neighbour.peer.clockStepped();
    this.#lastSync = undefined;
    this.#lastDelay = undefined;
    return this.#settle(now);
  }

  receive({ message, from, stamp }: Received, now: Instant): readonly PortAction[] {
    if (!this.#linkUp) return [];
    if (!concerns(this.#envelope, message.header)) this.counters.foreign++;
    else this.#take(message, from, stamp === undefined ? undefined : atPlug.received(stamp, this.#settings), now);
    return this.#settle(now);
  }

  /** The transmit stamp of a message that was sent. */
  sent(token: number, stamp: Stamp, now: Instant): readonly PortAction[] {
    const atWire = atPlug.sent(stamp, this.#settings);
    this.#neighbour.sent(token, atWire);
    this.#delayMeasured(this.#requester.sent(token, atWire));
    return this.#settle(now);
  }

  /** No transmit stamp will come: that exchange is dropped and counted, nothing else happens. */
  stampLost(token: number, now: Instant): readonly PortAction[] {
    this.#neighbour.stampLost(token);
    this.#requester.stampLost(token);
    return this.#settle(now);
  }

  wake(now: Instant): readonly PortAction[] {
    if (!this.#linkUp) return [];
    this.#requester.wake(now);
    if (this.#peerToPeer) this.#neighbour.wake(now);
    if (this.#signalling.wake(now)) this.#goOperational(now);
    this.#unicast?.wake(now);
    if (isDue(this.#watch.dueAt, now)) this.#syncLost(now);
    if (isDue(this.#announces.dueAt, now)) this.#elect(now);
    return this.#settle(now);
  }

  get #peerToPeer(): boolean {
    return this.#settings.profile.delay === 'p2p';
  }

  /** 802.1AS-2020 §11.2.2: a port that is not asCapable takes part in nothing. */
  get #takesPart(): boolean {
    if (!this.#peerToPeer || this.#settings.profile.neighbour.capable !== 'measured') return true;
    return this.#neighbour.capability.capable;
  }

  #take(message: Message, from: string, stamp: Stamp | undefined, now: Instant): void {
    if (this.#neighbour.receive(message, from, stamp)) return;
    switch (message.kind) {
      case 'announce':
        this.#takeAnnounce(message, from, now);
        break;
      case 'sync':
        this.#takeSync(message, stamp, now);
        break;
      case 'follow-up':
        if (this.#isFollowed(message.header.source)) this.#syncMeasured(this.#syncs.takeFollowUp(message, now), now);
        break;
      case 'delay-resp':
        this.#delayMeasured(this.#requester.take(message));
        break;
      case 'signaling':
        this.#signalling.take(message, this.#neighbour.peer, now);
        this.#unicast?.take(message, from, now);
    }
  }

  #takeAnnounce(announce: Announce, from: string, now: Instant): void {
    if (this.#settings.profile.anySource || !this.#takesPart) return;
    this.#announces.take(announce, from, now);
    this.#elect(now);
  }

  #takeSync(sync: Sync, stamp: Stamp | undefined, now: Instant): void {
    if (!this.#isFollowed(sync.header.source)) this.counters.stranger++;
    else if (stamp === undefined) this.counters.unstamped++;
    else this.#syncMeasured(this.#syncs.takeSync(sync, stamp, now), now);
  }

  #isFollowed(source: PortIdentity): boolean {
    if (this.#settings.profile.anySource) return source.clock !== this.#settings.identity.clock;
    return this.#parent !== undefined && samePort(source, this.#parent.candidate.sender);
  }

  #syncMeasured(sync: SyncTimes | undefined, now: Instant): void {
    if (sync === undefined) return;
    if (this.#settings.profile.followUpInformation && sync.information === undefined) {
      this.counters.bare++;
      return;
    }
    if (!isBelievable(sync.correction)) {
      this.counters.correction++;
      return;
    }
    this.#silentSince = undefined;
    this.#watch.take(sync.logInterval, now);
    this.#signalling.synced(now);
    this.#source = sync.source;
    this.#lastSync = sync;
    if (this.#timeBase.take(sync)) this.#out.put(this.#timeBase.discontinuity);
    if (this.#parent === undefined) this.#claim(silentClaims(sync.source, this.#watch.intervalNs));
    if (this.#takesPart) this.#observe(this.#observer.ofSync(sync, this.#parent));
  }

  #observe(observations: readonly Observation[]): void {
    if (observations.length > 0) this.#out.put({ type: 'observe', observations });
  }

  #delayMeasured(delay: DelayTimes | undefined): void {
    if (delay === undefined) return;
    if (!isBelievable(delay.correction)) {
      this.counters.correction++;
      return;
    }
    this.#lastDelay = delay;
    this.#observe(this.#observer.ofDelay(delay, this.#parent));
  }

  #goOperational(now: Instant): void {
    const { operational } = this.#settings.profile;
    if (operational === undefined) return;
    this.#neighbour.peer.setInterval(operational.delay, now);
    this.#watch.expect(operational.sync, now);
  }

  #syncLost(now: Instant): void {
    const { onSyncLoss } = this.#settings.profile;
    this.#silentSince ??= this.#watch.lastAt ?? now - BigInt(Math.round(this.#watch.timeoutNs));
    this.#watch.stop();
    this.#signalling.syncLost();
    if (onSyncLoss !== 'elect' || this.#parent === undefined) return;
    this.#announces.forget(this.#parent.candidate.sender);
    this.#elect(now);
  }

  #elect(now: Instant): void {
    this.#follow(this.#announces.best(now), now);
  }

  #follow([parent, runnerUp]: readonly [ForeignMaster?, ForeignMaster?], now: Instant): void {
    const before = this.#parent;
    this.#parent = parent;
    this.#runnerUp = runnerUp;
    if (parent !== undefined) this.#claim(claimsOf(parent, this.#claimedIntervalNs));
    if (isSame(before, parent)) return;
    this.#out.put({ type: 'parent', parent });
    this.#restart(now);
  }

  #claim(claims: Claims): void {
    if (sameClaims(this.#claims, claims)) return;
    this.#claims = claims;
    this.#out.put({ type: 'claim', claims });
  }

  /** A leg now and then is silence of nothing: the slower of the two directions counts. */
  get #claimedIntervalNs(): Ns {
    return this.#peerToPeer
      ? this.#watch.intervalNs
      : Math.max(this.#watch.intervalNs, 2 * intervalNs(this.#requester.logInterval));
  }

  /** Another timeTransmitter: nothing of the one before counts. */
  #restart(now: Instant): void {
    this.#syncs.clear();
    this.#timeBase.clear();
    this.#lastSync = undefined;
    this.#lastDelay = undefined;
    this.#silentSince = undefined;
    const parent = this.#parent;
    if (parent === undefined) {
      this.#requester.stop();
      if (!this.#settings.profile.anySource) this.#watch.stop();
      return;
    }
    this.#watch.start(now);
    if (this.#peerToPeer) return;
    const { profile, unicast } = this.#settings;
    const to: Destination = profile.hybrid || unicast !== undefined ? { address: parent.from } : 'group';
    this.#requester.start(parent.candidate.sender.clock, to, now);
  }

  #settle(now: Instant): readonly PortAction[] {
    const verdict = this.#judge(now);
    const { state, topic } = this.#verdict;
    this.#verdict = verdict;
    if (verdict.state !== state || verdict.topic !== topic) {
      this.#out.put({ type: 'state', state: verdict.state, reason: verdict.reason });
    }
    return this.#out.drain();
  }

  #judge(now: Instant): Verdict {
    const { profile } = this.#settings;
    const known = this.#announces.known;
    return receiverVerdict({
      linkUp: this.#linkUp,
      domain: profile.domain,
      anySource: profile.anySource,
      parent: this.#parent,
      runnerUp: this.#runnerUp,
      unqualified: known.filter(({ qualified }) => !qualified).length,
      capability: this.#peerToPeer ? this.#neighbour.capability : undefined,
      mustBeCapable: this.#peerToPeer && profile.neighbour.capable === 'measured',
      syncSeen: this.#lastSync !== undefined,
      syncMissingNs: this.#silentSince === undefined ? undefined : Number(now - this.#silentSince),
      holds: profile.onSyncLoss === 'hold',
      delayKnown: this.#peerToPeer ? this.#neighbour.link !== undefined : this.#lastDelay !== undefined,
      unanswered: this.#requester.unanswered,
    });
  }
}

const isSame = (a: ForeignMaster | undefined, b: ForeignMaster | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && samePort(a.candidate.sender, b.candidate.sender));
