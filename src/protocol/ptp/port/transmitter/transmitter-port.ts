import type { Instant, Ns, Stamp } from '../../../../api/time.js';
import type { ForeignMaster } from '../../bmca/foreign-masters.js';
import { intervalNs, NO_INTERVAL } from '../../interval.js';
import type { Message } from '../../message.js';
import { measuresLink } from '../../profile/profile.js';
import { earliest, isDue, Outbox, type PortAction, type PortState, type Received } from '../action.js';
import { AnnounceReceiver } from '../announce-receiver.js';
import { belongsTo, type Envelope } from '../envelope.js';
import { atPlug } from '../latency.js';
import type { MinorVersionView } from '../minor-version.js';
import type { LinkDelay } from '../neighbour/link-delay.js';
import { Neighbour } from '../neighbour/neighbour.js';
import { type PortStatus, StatusReporter } from '../port-status.js';
import { envelopeOf, type TransmitterSettings } from '../settings.js';
import { answerDelayReq } from './delay-responder.js';
import { candidateOfData, type GrandmasterData } from './grandmaster-data.js';
import { Qualification } from './qualification.js';
import { TimeSender } from './time-sender.js';
import { type TransmitterStatus, transmitterStatus } from './transmitter-status.js';

/** The present values of a timeTransmitter port, for `timehub show`, metrics and management. */
export interface TransmitterView extends Pick<PortStatus, 'state' | 'reason'> {
  readonly data: GrandmasterData | undefined;
  readonly known: readonly ForeignMaster[];
  readonly asCapable: { readonly capable: boolean; readonly reason: string } | undefined;
  readonly link: LinkDelay | undefined;
  readonly neighbourRatePpb: number | undefined;
  readonly version: MinorVersionView;
  /** log2 of seconds: the stated interval of Delay_Req, or the port's own of Pdelay_Req. */
  readonly logDelayInterval: number;
  readonly logAnnounceInterval: number;
  readonly logSyncInterval: number;
  readonly grants: number;
  /** Number of received messages that were not used, by reason. */
  readonly unused: Readonly<Record<string, number>>;
  /** Other counters by name. */
  readonly counters: Readonly<Record<string, number>>;
}

/**
 * A timeTransmitter port: sends Announce, Sync and Follow_Up at their intervals, answers Delay_Req and Pdelay_Req, and grants
 * unicast messages. It yields to a better timeTransmitter, or has its role by configuration. It has no clock and no sockets,
 * as `TimeReceiverPort`.
 */
export class TimeTransmitterPort {
  readonly #unused = { foreign: 0, unstamped: 0 };
  readonly #settings: TransmitterSettings;
  readonly #envelope: Envelope;
  readonly #out = new Outbox();
  readonly #status = new StatusReporter(this.#out);
  readonly #announces: AnnounceReceiver;
  readonly #neighbour: Neighbour;
  readonly #sender: TimeSender;
  readonly #qualification = new Qualification();
  /** Undefined before the first call of `linkUp` or `linkDown`. */
  #linkUp: boolean | undefined;
  /** End of the first announce receipt timeout, while it runs. */
  #listensUntil: Instant | undefined;
  #listeningTimeouts = 0;

  constructor(settings: TransmitterSettings) {
    this.#settings = settings;
    this.#envelope = envelopeOf(settings);
    this.#announces = new AnnounceReceiver(settings);
    this.#neighbour = new Neighbour(settings, this.#envelope, this.#out);
    this.#sender = new TimeSender(settings, this.#envelope, this.#out);
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
      ...[this.#announces.dueAt, this.#neighbour.dueAt, this.#sender.dueAt],
      ...[this.#listensUntil, this.#qualification.dueAt],
    );
  }

  inspect(): TransmitterView {
    const { state, reason } = this.#qualification.applied(this.#currentStatus());
    const { data, logAnnounceInterval, logSyncInterval, grants, stampsLost } = this.#sender;
    const { timeless, announcesDue, syncsDue, unicastServices } = this.#sender;
    const neighbour = measuresLink(this.#settings.profile) ? this.#neighbour : undefined;
    return {
      ...{ state, reason, data, known: this.#announces.known, logAnnounceInterval, logSyncInterval, grants },
      asCapable: neighbour?.capability,
      link: neighbour?.link,
      neighbourRatePpb: neighbour?.delayRequester.rate.ratePpb,
      version: this.#envelope.version.view,
      logDelayInterval:
        neighbour === undefined
          ? this.#settings.profile.initial.delay
          : (neighbour.delayRequester.logInterval ?? NO_INTERVAL),
      unused: { ...this.#unused, ...this.#announces.refused },
      counters: {
        ...{ announceTimeouts: this.#announces.timeouts, listeningTimeouts: this.#listeningTimeouts },
        ...{ announcesDue, syncsDue, unicastServices, timeless },
        stampsLost: stampsLost + this.#neighbour.stampsLost,
      },
    };
  }

  /** Starts the port, also after `linkDown`. */
  linkUp(now: Instant): readonly PortAction[] {
    if (this.#linkUp) return [];
    const { profile, random } = this.#settings;
    this.#linkUp = true;
    const intervals = profile.announceTimeout + profile.announceTimeoutSpan * random();
    this.#listensUntil = now + BigInt(Math.round(intervals * intervalNs(profile.initial.announce)));
    this.#envelope.version.restart();
    this.#neighbour.start(now);
    this.#sender.linkUp(now);
    return this.#settle(now);
  }

  linkDown(now: Instant): readonly PortAction[] {
    this.#linkUp = false;
    this.#announces.clear();
    this.#neighbour.stop();
    this.#sender.linkDown();
    return this.#settle(now);
  }

  /** Sets the data to announce. Undefined: there is no time to send. */
  setData(data: GrandmasterData | undefined, now: Instant): readonly PortAction[] {
    this.#sender.data = data;
    return this.#settle(now);
  }

  /** Drops exchanges that span a step of the stamping clock. */
  clockStepped(now: Instant): readonly PortAction[] {
    this.#neighbour.delayRequester.clockStepped();
    return this.#settle(now);
  }

  receive({ message, from, stamp }: Received, now: Instant): readonly PortAction[] {
    if (!this.#linkUp) return [];
    const received = stamp === undefined ? undefined : atPlug.received(stamp, this.#settings.latencies);
    if (!this.#neighbour.receive(message, from, received)) {
      if (belongsTo(this.#envelope, message.header)) this.#handle(message, from, received, now);
      else this.#unused.foreign++;
    }
    // Most messages are Delay_Req, and they do not change the state.
    return message.kind === 'delay-req' ? this.#out.drain() : this.#settle(now);
  }

  /** Handles the transmit stamp of a message. */
  sent(token: number, stamp: Stamp, now: Instant): readonly PortAction[] {
    const atWire = atPlug.sent(stamp, this.#settings.latencies);
    this.#envelope.version.stamped();
    this.#sender.sent(token, atWire);
    this.#neighbour.sent(token, atWire);
    return measuresLink(this.#settings.profile) ? this.#settle(now) : this.#out.drain();
  }

  /** Drops and counts an exchange whose transmit stamp does not come. */
  stampLost(token: number, now: Instant): readonly PortAction[] {
    this.#envelope.version.stampLost();
    this.#neighbour.stampLost(token);
    this.#sender.stampLost(token);
    return this.#settle(now);
  }

  /** Ends the unicast grants of an address at which nothing listens. */
  unreachable(address: string, now: Instant): readonly PortAction[] {
    this.#sender.unreachable(address, now);
    return [];
  }

  wake(now: Instant): readonly PortAction[] {
    if (!this.#linkUp) return [];
    this.#announces.best(now);
    if (isDue(this.#listensUntil, now)) {
      this.#listensUntil = undefined;
      this.#listeningTimeouts++;
    }
    this.#neighbour.wake(now);
    const actions = this.#settle(now);
    this.#sender.wake(now);
    return [...actions, ...this.#out.drain()];
  }

  #handle(message: Message, from: string, stamp: Stamp | undefined, now: Instant): void {
    switch (message.kind) {
      case 'announce':
        if (this.#settings.profile.roles === 'elected') this.#announces.receive(message, from, now);
        break;
      case 'delay-req':
        if (this.state !== 'master' || measuresLink(this.#settings.profile)) break;
        if (!message.header.flags.unicast && this.#settings.recipients === 'grants') break;
        this.#envelope.version.received(message);
        if (stamp === undefined) this.#unused.unstamped++;
        else if (answerDelayReq(message, stamp, from, this.#delayResponder) && message.header.flags.unicast)
          this.#sender.credit(from, now);
        break;
      case 'signaling': {
        this.#sender.receiveSignaling(message, from, now);
        const request = this.#neighbour.receiveSignaling(message, now);
        if (request !== undefined) this.#sender.changeIntervals(request, now);
      }
    }
  }

  get #delayResponder() {
    const { profile, ptpTimeOf } = this.#settings;
    return { envelope: this.#envelope, logInterval: profile.initial.delay, ptpTimeOf, out: this.#out };
  }

  #settle(now: Instant): readonly PortAction[] {
    const status = this.#currentStatus();
    this.#qualification.update(this.#qualificationNs(status), this.state, now);
    this.#status.report(this.#qualification.applied(status));
    this.#sender.setRole(this.state === 'master' ? 'sending' : 'silent', now);
    return this.#out.drain();
  }

  /** Returns the time in PRE_MASTER. Undefined: none, as in M1 and M2 (§9.2.6.11) and always in 802.1AS (§10.3.1). */
  #qualificationNs({ passesOn }: TransmitterStatus): Ns | undefined {
    const { data, logAnnounceInterval } = this.#sender;
    if (passesOn !== true || data === undefined || this.#settings.profile.qualification.announces === 0)
      return undefined;
    return (data.stepsRemoved + 1) * intervalNs(logAnnounceInterval);
  }

  #currentStatus(): TransmitterStatus {
    const { profile, identity } = this.#settings;
    const { data } = this.#sender;
    const [best] = this.#announces.known.length === 0 ? [] : this.#announces.qualified();
    return transmitterStatus({
      linkUp: this.#linkUp,
      own: data === undefined ? undefined : candidateOfData(data, identity),
      portBest: best?.dataSet,
      roles: profile.roles,
      listening: this.#listensUntil !== undefined,
      unfitness: this.#neighbour.isFit ? undefined : this.#neighbour.capability,
    });
  }
}
