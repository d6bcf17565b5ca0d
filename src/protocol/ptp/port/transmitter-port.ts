import type { Instant, Stamp } from '../../../api/time.js';
import type { ForeignMaster } from '../bmca/foreign-masters.js';
import { isAddressedTo } from '../identity.js';
import { INTERVAL_UNCHANGED, intervalNs, NO_INTERVAL, requestedInterval } from '../interval.js';
import type { Message, Signaling } from '../message.js';
import { findTlv, type Tlv } from '../tlv/index.js';
import { type Destination, earliest, isDue, Outbox, type PortAction, type PortState, type Received } from './action.js';
import { AnnounceReceiver } from './announce-receiver.js';
import { answerDelayReq } from './delay-responder.js';
import { concerns, type Envelope, randomSequence, type Sequence } from './envelope.js';
import { announceOf, candidateOfData, type GrandmasterData, informationOf, type TimeOf } from './grandmaster-data.js';
import { ANNOUNCE_TYPE, GRANT_LIMITS, type GrantLimits } from './grant-table.js';
import { boundedInterval } from './interval-signalling.js';
import { atPlug, Neighbour } from './neighbour.js';
import { Pace } from './pace.js';
import type { Verdict } from './receiver-verdict.js';
import { envelopeOf, type PortSettings } from './settings.js';
import { SyncSender } from './sync-sender.js';
import { transmitterVerdict } from './transmitter-verdict.js';
import { UnicastService } from './unicast-service.js';

export interface TransmitterSettings extends PortSettings {
  readonly timeOf: TimeOf;
  /** Unicast negotiation; without it requests are ignored. */
  readonly grants?: GrantLimits;
}

export interface TransmitterView extends Pick<Verdict, 'state' | 'reason'> {
  readonly data: GrandmasterData | undefined;
  readonly known: readonly ForeignMaster[];
  readonly asCapable: { readonly capable: boolean; readonly reason: string } | undefined;
  readonly logAnnounceInterval: number;
  readonly logSyncInterval: number;
  readonly grants: number;
  readonly counters: Readonly<Record<string, number>>;
}

/** A profile with operational intervals goes over to them by itself after this, whether it was asked or not. */
const INITIAL_NS = 8_000_000_000n;

/**
 * One port that gives time: Announce, Sync and Follow_Up at their intervals, answers to Delay_Req and Pdelay_Req, grants of
 * unicast messages. It gives way to a better timeTransmitter, or has its role by configuration. Without clocks or sockets,
 * as `TimeReceiverPort`.
 */
export class TimeTransmitterPort {
  readonly counters = { foreign: 0, unstamped: 0, listeningTimeouts: 0 };
  readonly #settings: TransmitterSettings;
  readonly #envelope: Envelope;
  readonly #out = new Outbox();
  readonly #announces: AnnounceReceiver;
  readonly #neighbour: Neighbour;
  readonly #syncs: SyncSender;
  readonly #unicast: UnicastService;
  readonly #announcePace: Pace;
  readonly #syncPace: Pace;
  readonly #announceSequence: Sequence;
  readonly #syncSequence: Sequence;
  #data: GrandmasterData | undefined;
  #linkUp = false;
  /** Until then nothing heard means nothing. */
  #listensUntil: Instant | undefined;
  #operationalAt: Instant | undefined;
  #verdict: Verdict = { state: 'initializing', topic: '', reason: 'Has not started.' };

  constructor(settings: TransmitterSettings) {
    const { profile, random, timeOf, grants = GRANT_LIMITS } = settings;
    this.#settings = settings;
    this.#envelope = envelopeOf(settings);
    this.#announces = new AnnounceReceiver(settings);
    this.#neighbour = new Neighbour(settings, this.#out);
    this.#syncs = new SyncSender(this.#envelope, timeOf, this.#out);
    this.#unicast = new UnicastService(this.#envelope, grants, random, this.#out);
    this.#announcePace = new Pace(profile.initial.announce);
    this.#syncPace = new Pace(profile.initial.sync);
    this.#announceSequence = randomSequence(random);
    this.#syncSequence = randomSequence(random);
  }

  get state(): PortState {
    return this.#verdict.state;
  }

  /** When `wake` is due; undefined: never. */
  get wakeAt(): Instant | undefined {
    if (!this.#linkUp) return undefined;
    return earliest(
      ...[this.#announces.dueAt, this.#neighbour.dueAt, this.#unicast.dueAt, this.#listensUntil, this.#operationalAt],
      ...[this.#announcePace.dueAt, this.#syncPace.dueAt],
    );
  }

  inspect(): TransmitterView {
    const { state, reason } = this.#judge();
    return {
      ...{ state, reason, data: this.#data, known: this.#announces.known },
      asCapable: this.#settings.profile.delay === 'p2p' ? this.#neighbour.capability : undefined,
      logAnnounceInterval: this.#announcePace.logInterval,
      logSyncInterval: this.#syncPace.logInterval,
      grants: this.#unicast.grants,
      counters: {
        ...this.counters,
        ...this.#announces.refused,
        ...{ announceTimeouts: this.#announces.timeouts, announcesDue: this.#announcePace.steps },
        ...{ syncsDue: this.#syncPace.steps, unicastServices: this.#unicast.services },
        timeless: this.#syncs.timeless,
        stampsLost: this.#syncs.stampsLost + this.#neighbour.stampsLost,
      },
    };
  }

  /** The beginning, and again after `linkDown`. */
  linkUp(now: Instant): readonly PortAction[] {
    if (this.#linkUp) return [];
    const { profile, random } = this.#settings;
    this.#linkUp = true;
    const intervals = profile.announceTimeout + profile.announceTimeoutSpan * random();
    this.#listensUntil = now + BigInt(Math.round(intervals * intervalNs(profile.initial.announce)));
    if (profile.delay === 'p2p') this.#neighbour.start(now);
    if (profile.operational !== undefined) this.#operationalAt = now + INITIAL_NS;
    this.#announcePace.resume();
    this.#syncPace.resume();
    this.#announcePace.change(profile.initial.announce, now);
    this.#syncPace.change(profile.initial.sync, now);
    return this.#settle(now);
  }

  linkDown(now: Instant): readonly PortAction[] {
    this.#linkUp = false;
    this.#announces.clear();
    this.#neighbour.stop();
    this.#unicast.clear();
    return this.#settle(now);
  }

  /** What to announce from now on; undefined: there is no time to give. */
  setData(data: GrandmasterData | undefined, now: Instant): readonly PortAction[] {
    this.#data = data;
    return this.#settle(now);
  }

  /** The clock that stamps was stepped. */
  clockStepped(now: Instant): readonly PortAction[] {
    this.#neighbour.peer.clockStepped();
    return this.#settle(now);
  }

  receive({ message, from, stamp }: Received, now: Instant): readonly PortAction[] {
    if (!this.#linkUp) return [];
    if (!concerns(this.#envelope, message.header)) this.counters.foreign++;
    else this.#take(message, from, stamp === undefined ? undefined : atPlug.received(stamp, this.#settings), now);
    // By far the most of all messages, and they change nothing.
    return message.kind === 'delay-req' ? this.#out.drain() : this.#settle(now);
  }

  /** The transmit stamp of a message that was sent. */
  sent(token: number, stamp: Stamp, now: Instant): readonly PortAction[] {
    const atWire = atPlug.sent(stamp, this.#settings);
    this.#syncs.sent(token, atWire, this.#followUpTlvs);
    if (this.#settings.profile.delay === 'e2e') return this.#out.drain();
    this.#neighbour.sent(token, atWire);
    return this.#settle(now);
  }

  /** No transmit stamp will come: that exchange is dropped and counted, nothing else happens. */
  stampLost(token: number, now: Instant): readonly PortAction[] {
    this.#neighbour.stampLost(token);
    this.#syncs.stampLost(token);
    return this.#settle(now);
  }

  wake(now: Instant): readonly PortAction[] {
    if (!this.#linkUp) return [];
    this.#announces.best(now);
    if (isDue(this.#listensUntil, now)) {
      this.#listensUntil = undefined;
      this.counters.listeningTimeouts++;
    }
    if (this.#settings.profile.delay === 'p2p') this.#neighbour.wake(now);
    if (isDue(this.#operationalAt, now)) this.#goOperational(now);
    const actions = this.#settle(now);
    if (this.#syncPace.take(now)) this.#syncs.send(this.#syncSequence.next(), this.#syncPace.logInterval, 'group');
    if (this.#announcePace.take(now)) this.#announce(this.#announceSequence.next(), 'group');
    this.#serve(now);
    return [...actions, ...this.#out.drain()];
  }

  #take(message: Message, from: string, stamp: Stamp | undefined, now: Instant): void {
    if (this.#neighbour.receive(message, from, stamp)) return;
    switch (message.kind) {
      case 'announce':
        if (this.#settings.profile.roles === 'elected') this.#announces.take(message, from, now);
        break;
      case 'delay-req':
        if (this.state !== 'master' || this.#settings.profile.delay !== 'e2e') break;
        if (stamp === undefined) this.counters.unstamped++;
        else answerDelayReq(message, stamp, from, this.#delayResponder);
        break;
      case 'signaling':
        this.#takeSignaling(message, from, now);
    }
  }

  #takeSignaling(message: Signaling, from: string, now: Instant): void {
    if (this.#settings.grants !== undefined) {
      this.#unicast.take(message, from, this.state === 'master' ? 'grant' : 'refuse', now);
    }
    const request = findTlv(message.tlvs, 'message-interval-request');
    if (request === undefined || !isAddressedTo(message.target, this.#settings.identity)) return;
    const { initial } = this.#settings.profile;
    if (this.#settings.profile.operational !== undefined) this.#operationalAt = undefined;
    this.#repace(this.#syncPace, request.timeSync, initial.sync, now);
    this.#repace(this.#announcePace, request.announce, initial.announce, now);
  }

  /** The neighbour wants other intervals, or none (802.1AS-2020 §10.3.18). */
  #repace(pace: Pace, code: number, initial: number, now: Instant): void {
    if (code === INTERVAL_UNCHANGED) return;
    const interval = requestedInterval(code, pace.logInterval, initial);
    if (interval === 'stop') {
      pace.halt();
      return;
    }
    pace.resume();
    pace.change(boundedInterval(interval), now);
  }

  #goOperational(now: Instant): void {
    this.#operationalAt = undefined;
    const { operational, initial } = this.#settings.profile;
    this.#syncPace.change((operational ?? initial).sync, now);
    this.#announcePace.change((operational ?? initial).announce, now);
  }

  #announce(sequenceId: number, to: Destination): void {
    if (this.#data === undefined) return;
    const { profile } = this.#settings;
    const logInterval = to === 'group' ? this.#announcePace.logInterval : NO_INTERVAL;
    const pathTrace = profile.pathTrace ? 'send' : 'omit';
    this.#out.send(announceOf(this.#data, { envelope: this.#envelope, sequenceId, logInterval, pathTrace, to }), to);
  }

  #serve(now: Instant): void {
    for (const grant of this.#unicast.due(now)) {
      if (this.state !== 'master') continue;
      const to = { address: grant.address };
      const sequenceId = grant.sequenceId++ & 0xffff;
      if (grant.messageType === ANNOUNCE_TYPE) this.#announce(sequenceId, to);
      else this.#syncs.send(sequenceId, NO_INTERVAL, to);
    }
  }

  get #followUpTlvs(): readonly Tlv[] {
    return this.#settings.profile.followUpInformation ? [informationOf(this.#data?.timeBase)] : [];
  }

  get #delayResponder() {
    const { profile, timeOf } = this.#settings;
    return { envelope: this.#envelope, logInterval: profile.initial.delay, timeOf, out: this.#out };
  }

  /** Announces nothing where nobody elects and nobody reads it (the automotive profile). */
  get #announcesItself(): boolean {
    return !this.#settings.profile.anySource;
  }

  #settle(now: Instant): readonly PortAction[] {
    const verdict = this.#judge();
    const { state, topic } = this.#verdict;
    this.#verdict = verdict;
    if (verdict.state !== state || verdict.topic !== topic) {
      this.#out.put({ type: 'state', state: verdict.state, reason: verdict.reason });
    }
    this.#setPaces(now);
    return this.#out.drain();
  }

  #setPaces(now: Instant): void {
    if (this.state === 'master') this.#syncPace.start(now);
    else this.#syncPace.stop();
    if (this.state === 'master' && this.#announcesItself) this.#announcePace.start(now);
    else this.#announcePace.stop();
  }

  #judge(): Verdict {
    const { profile, identity } = this.#settings;
    const [best] = this.#announces.known.length === 0 ? [] : this.#announces.qualified();
    return transmitterVerdict({
      linkUp: this.#linkUp,
      own: this.#data === undefined ? undefined : candidateOfData(this.#data, identity),
      portBest: best?.candidate,
      roles: profile.roles,
      listening: this.#listensUntil !== undefined,
      capability:
        profile.delay === 'p2p' && profile.neighbour.capable === 'measured' ? this.#neighbour.capability : undefined,
    });
  }
}
