import type { Instant, Ns, Stamp } from '../../../api/time.js';
import type { Message, PdelayReq } from '../message.js';
import type { Outbox } from './action.js';
import type { Capability } from './capability.js';
import { moved } from './latency.js';
import { PdelayResponder } from './pdelay-responder.js';
import { PeerDelay } from './peer-delay.js';
import { envelopeOf, type PortSettings } from './settings.js';
import { StoredLink } from './stored-link.js';

/** By so much a stored delay may be wrong, one standard deviation: it would have been stored anew. */
const STORED_NOISE_NS = 100;
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
  readonly #stored: StoredLink;

  constructor(settings: PortSettings, out: Outbox) {
    const { profile, random, remembered } = settings;
    const envelope = envelopeOf(settings);
    this.#settings = settings;
    this.#out = out;
    this.#stored = new StoredLink(remembered);
    this.#answers = new PdelayResponder(envelope, out);
    this.#asks = new PeerDelay({ envelope, random, rules: profile.neighbour, logInterval: profile.initial.delay }, out);
    this.#asks.rate.stored = remembered?.ratePpb;
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
    const { delay } = this.#asks;
    const { memory } = this.#stored;
    if (delay.count >= (memory === undefined ? 1 : ENOUGH)) {
      return { delayNs: delay.delayNs, noiseNs: this.#delayNoiseNs, origin: 'measured' };
    }
    if (memory !== undefined) return { delayNs: memory.delayNs, noiseNs: STORED_NOISE_NS, origin: 'remembered' };
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

  get #delayNoiseNs(): Ns {
    return this.#asks.delay.noiseNs(this.#settings.stampNoiseNs[this.#asks.stampedBy]);
  }

  /** Of this port's mechanism, and not answered by others for us. */
  #isOurs({ header }: PdelayReq): boolean {
    const { profile, peerDelay } = this.#settings;
    const { answers } = peerDelay;
    if (profile.delay !== 'p2p') return false;
    return answers === 'all' || (answers === 'unicast' && header.flags.unicast);
  }

  #measured(): void {
    const neighbour = this.#stored.measured(this.#asks, this.#delayNoiseNs);
    if (neighbour !== undefined) this.#out.put({ type: 'remember', neighbour });
  }
}

/** Stamps as of the plug. */
export const atPlug = {
  received: (stamp: Stamp, { latencies }: PortSettings): Stamp => moved(stamp, -latencies.ingressNs),
  sent: (stamp: Stamp, { latencies }: PortSettings): Stamp => moved(stamp, latencies.egressNs),
};
