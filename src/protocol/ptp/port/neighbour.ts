import type { Instant, Stamp } from '../../../api/time.js';
import type { Message, PdelayReq } from '../message.js';
import type { NeighbourMemory, Outbox } from './action.js';
import type { Capability } from './capability.js';
import { moved } from './latency.js';
import { PdelayResponder } from './pdelay-responder.js';
import { PeerDelay } from './peer-delay.js';
import { envelopeOf, type PortSettings } from './settings.js';

/** A change of the delay by less is not worth a write (the automotive profile's 100 ns). */
const WORTH_REMEMBERING_NS = 100;
/** Exchanges before a measured delay replaces the remembered one. */
const ENOUGH = 3;
/** A link of a vehicle or a rack: what is wrong by assuming it has no length, one standard deviation. */
const ASSUMED_NOISE_NS = 500;

/** What the way from the neighbour takes, and how well that is known. */
export interface LinkDelay {
  readonly delayNs: number;
  readonly noiseNs: number;
  readonly origin: 'measured' | 'remembered' | 'assumed';
}

/** The other end of the link: both sides of the peer delay mechanism, and what they have found out. */
export class Neighbour {
  readonly #settings: PortSettings;
  readonly #out: Outbox;
  readonly #asks: PeerDelay;
  readonly #answers: PdelayResponder;
  #remembered: NeighbourMemory | undefined;

  constructor(settings: PortSettings, out: Outbox) {
    const { profile, random, remembered } = settings;
    const envelope = envelopeOf(settings);
    this.#settings = settings;
    this.#out = out;
    this.#remembered = remembered;
    this.#answers = new PdelayResponder(envelope, out);
    this.#asks = new PeerDelay({ envelope, random, rules: profile.neighbour, logInterval: profile.initial.delay }, out);
  }

  get capability(): Capability {
    return this.#asks.capability;
  }

  get peer(): PeerDelay {
    return this.#asks;
  }

  get stampsLost(): number {
    return this.#asks.stampsLost + this.#answers.stampsLost;
  }

  get dueAt(): Instant | undefined {
    return this.#asks.dueAt;
  }

  /** Undefined: not known, and the profile does not allow to assume one. */
  get link(): LinkDelay | undefined {
    const { delay, stampedBy } = this.#asks;
    if (delay.count >= (this.#remembered === undefined ? 1 : ENOUGH)) {
      const noiseNs = delay.noiseNs(this.#settings.stampNoiseNs[stampedBy]);
      return { delayNs: delay.delayNs, noiseNs, origin: 'measured' };
    }
    if (this.#remembered !== undefined) {
      return { delayNs: this.#remembered.delayNs, noiseNs: WORTH_REMEMBERING_NS, origin: 'remembered' };
    }
    if (this.#settings.profile.neighbour.capable !== 'static') return undefined;
    return { delayNs: 0, noiseNs: ASSUMED_NOISE_NS, origin: 'assumed' };
  }

  start(now: Instant): void {
    if (this.#settings.peerDelay.asks) this.#asks.start(now);
  }

  stop(): void {
    this.#asks.stop();
  }

  wake(now: Instant): void {
    this.#asks.wake(now);
  }

  /** True: it was a message of this mechanism. */
  receive(message: Message, from: string, stamp: Stamp | undefined): boolean {
    switch (message.kind) {
      case 'pdelay-req':
        if (stamp !== undefined && this.#isOurs(message)) this.#answers.take(message, stamp, from);
        return true;
      case 'pdelay-resp':
        if (stamp !== undefined && this.#asks.takeResponse(message, stamp)) this.#measured();
        return true;
      case 'pdelay-resp-follow-up':
        if (this.#asks.takeFollowUp(message)) this.#measured();
        return true;
      default:
        return false;
    }
  }

  sent(token: number, stamp: Stamp): void {
    this.#answers.sent(token, stamp);
    if (this.#asks.sent(token, stamp)) this.#measured();
  }

  stampLost(token: number): void {
    this.#answers.stampLost(token);
    this.#asks.stampLost(token);
  }

  /** Of this port's mechanism, and not answered by others for us. */
  #isOurs({ header }: PdelayReq): boolean {
    const { profile, peerDelay } = this.#settings;
    const { answers } = peerDelay;
    if (profile.delay !== 'p2p') return false;
    return answers === 'all' || (answers === 'unicast' && header.flags.unicast);
  }

  #measured(): void {
    const { delay, rate } = this.#asks;
    if (delay.count < ENOUGH) return;
    const { delayNs } = delay;
    if (Math.abs(delayNs - (this.#remembered?.delayNs ?? Number.POSITIVE_INFINITY)) < WORTH_REMEMBERING_NS) return;
    this.#remembered = { delayNs, ratePpb: rate.ratePpb ?? 0 };
    this.#out.put({ type: 'remember', neighbour: this.#remembered });
  }
}

/** Stamps as of the plug. */
export const atPlug = {
  received: (stamp: Stamp, { latencies }: PortSettings): Stamp => moved(stamp, -latencies.ingressNs),
  sent: (stamp: Stamp, { latencies }: PortSettings): Stamp => moved(stamp, latencies.egressNs),
};
