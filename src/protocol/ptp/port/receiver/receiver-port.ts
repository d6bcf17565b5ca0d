import type { Instant, Stamp } from '../../../../api/time.js';
import type { ForeignMaster } from '../../bmca/foreign-masters.js';
import type { Message, Signaling } from '../../message.js';
import { measuresLink } from '../../profile/profile.js';
import { earliest, isDue, Outbox, type PortAction, type PortState, type Received } from '../action.js';
import { AnnounceReceiver } from '../announce-receiver.js';
import { belongsTo, type Envelope } from '../envelope.js';
import { atPlug } from '../latency.js';
import { Neighbour } from '../neighbour/neighbour.js';
import { type PortStatus, StatusReporter } from '../port-status.js';
import { envelopeOf, type ReceiverSettings } from '../settings.js';
import { Follower } from './follower.js';
import { IntervalRequester } from './interval-requester.js';
import { receiverStatus } from './receiver-status.js';
import { type ReceiverView, viewOf } from './receiver-view.js';
import { UnicastClient } from './unicast-client.js';

/**
 * A timeReceiver port: takes Announces, Syncs and the messages of the profile's delay mechanism, and makes observations and
 * claims. It has no clock and no sockets: `now` is CLOCK_MONOTONIC_RAW, and each call returns actions. Each call may change
 * `wakeAt`, the time at which `wake` is to be called; a late call is harmless.
 */
export class TimeReceiverPort {
  readonly #settings: ReceiverSettings;
  readonly #envelope: Envelope;
  readonly #out = new Outbox();
  readonly #status = new StatusReporter(this.#out);
  readonly #announces: AnnounceReceiver;
  readonly #neighbour: Neighbour;
  readonly #follower: Follower;
  readonly #requester: IntervalRequester;
  readonly #unicast: UnicastClient | undefined;
  /** Undefined before the first call of `linkUp` or `linkDown`. */
  #linkUp: boolean | undefined;
  #runnerUp: ForeignMaster | undefined;
  /** Number of messages of another domain or profile. */
  #foreign = 0;

  constructor(settings: ReceiverSettings) {
    const { profile, random, unicast } = settings;
    this.#settings = settings;
    this.#envelope = envelopeOf(settings);
    this.#announces = new AnnounceReceiver(settings);
    this.#neighbour = new Neighbour(settings, this.#envelope, this.#out);
    this.#follower = new Follower(settings, this.#envelope, this.#neighbour, this.#out);
    this.#requester = new IntervalRequester(settings, this.#neighbour);
    if (unicast !== undefined) {
      this.#unicast = new UnicastClient(this.#envelope, unicast, profile.initial, random, this.#out);
    }
  }

  get state(): PortState {
    return this.#status.state;
  }

  /** Returns true for the address of a qualified timeTransmitter. */
  isKnown(address: string): boolean {
    return this.#announces.isKnown(address);
  }

  /** Time at which `wake` is due. Undefined: never. */
  get wakeAt(): Instant | undefined {
    if (!this.#linkUp) return undefined;
    return earliest(
      this.#announces.dueAt,
      this.#neighbour.dueAt,
      this.#follower.dueAt,
      this.#requester.dueAt,
      this.#unicast?.dueAt,
    );
  }

  inspect(now: Instant): ReceiverView {
    return viewOf({
      ...{
        status: this.#currentStatus(now),
        settings: this.#settings,
        envelope: this.#envelope,
        foreign: this.#foreign,
      },
      ...{ follower: this.#follower, neighbour: this.#neighbour, announces: this.#announces },
      unicastRequests: this.#unicast?.requests ?? 0,
    });
  }

  /** Starts the port, also after `linkDown`. */
  linkUp(now: Instant): readonly PortAction[] {
    if (this.#linkUp) return [];
    this.#linkUp = true;
    this.#envelope.version.restart();
    this.#neighbour.start(now);
    this.#follower.linkUp(now);
    this.#requester.linkUp();
    this.#unicast?.start(now);
    return this.#settle(now);
  }

  /** Cancels unicast grants at the end. */
  stop(): readonly PortAction[] {
    this.#unicast?.stop();
    return this.#out.drain();
  }

  linkDown(now: Instant): readonly PortAction[] {
    this.#linkUp = false;
    this.#announces.clear();
    this.#neighbour.stop();
    this.#runnerUp = undefined;
    this.#follower.linkDown(now);
    return this.#settle(now);
  }

  /** Drops everything that was stamped before a step of the stamping clock. */
  clockStepped(now: Instant): readonly PortAction[] {
    this.#neighbour.delayRequester.clockStepped();
    this.#follower.clockStepped();
    return this.#settle(now);
  }

  receive({ message, from, stamp }: Received, now: Instant): readonly PortAction[] {
    if (!this.#linkUp) return [];
    const received = stamp === undefined ? undefined : atPlug.received(stamp, this.#settings.latencies);
    if (!this.#neighbour.receive(message, from, received)) {
      if (belongsTo(this.#envelope, message.header)) this.#handle(message, from, received, now);
      else this.#foreign++;
    }
    return this.#settle(now);
  }

  /** Handles the transmit stamp of a message. */
  sent(token: number, stamp: Stamp, now: Instant): readonly PortAction[] {
    const atWire = atPlug.sent(stamp, this.#settings.latencies);
    this.#envelope.version.stamped();
    this.#neighbour.sent(token, atWire);
    this.#follower.sent(token, atWire, now);
    return this.#settle(now);
  }

  /** Drops and counts an exchange whose transmit stamp does not come. */
  stampLost(token: number, now: Instant): readonly PortAction[] {
    this.#envelope.version.stampLost();
    this.#neighbour.stampLost(token);
    this.#follower.requester.stampLost(token);
    return this.#settle(now);
  }

  wake(now: Instant): readonly PortAction[] {
    if (!this.#linkUp) return [];
    this.#neighbour.wake(now);
    if (this.#requester.wake(now)) this.#goOperational(now);
    this.#unicast?.wake(now);
    if (this.#follower.wake(now)) this.#syncLost(now);
    if (isDue(this.#announces.dueAt, now)) this.#elect(now);
    return this.#settle(now);
  }

  #handle(message: Message, from: string, stamp: Stamp | undefined, now: Instant): void {
    switch (message.kind) {
      case 'announce':
        if (this.#settings.profile.anySource || !this.#neighbour.isFit) break;
        this.#announces.receive(message, from, now);
        this.#elect(now);
        break;
      case 'sync':
        if (this.#follower.receiveSync(message, stamp, now)) this.#requester.synced(now);
        break;
      case 'follow-up':
        if (this.#follower.receiveFollowUp(message, now)) this.#requester.synced(now);
        break;
      case 'delay-resp':
        this.#follower.receiveDelayResp(message, now);
        break;
      case 'signaling':
        this.#handleSignaling(message, from, now);
    }
  }

  #handleSignaling(message: Signaling, from: string, now: Instant): void {
    this.#neighbour.receiveSignaling(message, now);
    this.#unicast?.receive(message, from, now);
  }

  #goOperational(now: Instant): void {
    const { operational } = this.#settings.profile;
    if (operational === undefined) return;
    this.#neighbour.delayRequester.setInterval(operational.delay, now);
    this.#follower.syncTimeout.expect(operational.sync, now);
  }

  #syncLost(now: Instant): void {
    const { parent } = this.#follower;
    this.#requester.syncLost();
    if (this.#settings.profile.onSyncLoss !== 'elect' || parent === undefined) return;
    this.#announces.forget(parent.dataSet.sender);
    this.#elect(now);
  }

  #elect(now: Instant): void {
    const [best, runnerUp] = this.#announces.best(now);
    this.#runnerUp = runnerUp;
    if (!this.#follower.follow(best, now) || best === undefined) return;
    const { requestedIntervals } = this.#settings;
    if (requestedIntervals === undefined) return;
    this.#requester.ask(requestedIntervals);
    if (requestedIntervals.sync !== undefined) this.#follower.syncTimeout.expect(requestedIntervals.sync, now);
  }

  #settle(now: Instant): readonly PortAction[] {
    this.#status.report(this.#currentStatus(now));
    return this.#out.drain();
  }

  #currentStatus(now: Instant): PortStatus {
    const { profile } = this.#settings;
    const { parent, syncTimeout, requester } = this.#follower;
    const isMeasured = measuresLink(profile);
    return receiverStatus({
      linkUp: this.#linkUp,
      domain: profile.domain,
      anySource: profile.anySource,
      parent,
      runnerUp: this.#runnerUp,
      unqualified: this.#announces.known.filter(({ qualified }) => !qualified).length,
      capability: isMeasured ? this.#neighbour.capability : undefined,
      isFit: this.#neighbour.isFit,
      syncSeen: syncTimeout.lastAt !== undefined,
      syncMissingNs: this.#follower.silenceNs(now),
      holds: profile.onSyncLoss === 'hold',
      syncFault: this.#follower.syncFault(now),
      delayKnown: isMeasured ? this.#neighbour.link !== undefined : this.#follower.isDelayKnown(now),
      delayFault: this.#unicast?.delayFault || requester.fault,
      unanswered: requester.unanswered,
      transport: profile.transport,
    });
  }
}
