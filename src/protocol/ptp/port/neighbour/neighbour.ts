import type { Instant, Stamp } from '../../../../api/time.js';
import { ALL_PORTS, isAddressedTo } from '../../identity.js';
import { INTERVAL_UNCHANGED, requestedInterval } from '../../interval.js';
import type { Message, PdelayReq, Signaling } from '../../message.js';
import { measuresLink } from '../../profile/profile.js';
import { findTlv, type Tlv } from '../../tlv/index.js';
import { earliest, type Outbox } from '../action.js';
import { belongsTo, cmldsEnvelope, type Envelope, headerOf, randomSequence, type Sequence } from '../envelope.js';
import { boundedInterval, type IntervalRequest } from '../interval-request.js';
import type { PortSettings } from '../settings.js';
import type { Capability } from './capability.js';
import { GptpCapable } from './gptp-capable.js';
import { delayNoiseOf, type LinkDelay, linkDelayOf } from './link-delay.js';
import { PeerDelayRequester } from './peer-delay-requester.js';
import { PeerDelayResponder } from './peer-delay-responder.js';
import { SavedLinkTracker } from './saved-link-tracker.js';

/**
 * The other end of the link: both sides of the peer delay mechanism, of this domain and of the common mean link delay service,
 * and what they have found out.
 */
export class Neighbour {
  readonly #settings: PortSettings;
  readonly #envelope: Envelope;
  readonly #common: Envelope;
  readonly #out: Outbox;
  readonly #sequence: Sequence;
  readonly #asks: PeerDelayRequester;
  readonly #answers: PeerDelayResponder;
  readonly #answersCommon: PeerDelayResponder;
  readonly #gptp: GptpCapable | undefined;
  readonly #stored: SavedLinkTracker;

  constructor(settings: PortSettings, envelope: Envelope, out: Outbox) {
    const { profile, random, savedLink } = settings;
    this.#settings = settings;
    this.#envelope = envelope;
    this.#common = cmldsEnvelope(envelope);
    this.#out = out;
    this.#stored = new SavedLinkTracker(savedLink);
    this.#sequence = randomSequence(random);
    this.#answers = new PeerDelayResponder(envelope, out);
    this.#answersCommon = new PeerDelayResponder(this.#common, out);
    this.#asks = new PeerDelayRequester(
      { envelope: this.#asking, random, rules: profile.neighbour, logInterval: profile.initial.delay },
      out,
    );
    this.#asks.rate.savedPpb = savedLink?.ratePpb;
    if (profile.gptpCapable !== undefined) {
      this.#gptp = new GptpCapable(profile.gptpCapable, (tlvs) => this.signal(tlvs));
    }
  }

  /**
   * asCapable. Beyond domain 0 the neighbour must say that it speaks 802.1AS there; in domain 0 it may be of 2011, which does
   * not (802.1AS-2020 §10.4, §11.2.2).
   */
  get capability(): Capability {
    const measured = this.#asks.capability;
    const { domain, neighbour } = this.#settings.profile;
    if (!measured.capable || this.#gptp === undefined || domain === 0 || neighbour.capable !== 'measured')
      return measured;
    if (this.#gptp.isNeighbourCapable) return measured;
    return { capable: false, reason: `the neighbour does not signal that it is gPTP-capable in domain ${domain}` };
  }

  /** 802.1AS-2020 §11.2.2: a port that is not asCapable takes part in nothing. Nor does a faulty one. */
  get isFit(): boolean {
    const { profile } = this.#settings;
    if (!measuresLink(profile)) return true;
    const { capable, fault } = this.capability;
    return fault !== true && (capable || profile.neighbour.capable !== 'measured');
  }

  get delayRequester(): PeerDelayRequester {
    return this.#asks;
  }

  get stampsLost(): number {
    return this.#asks.stampsLost + this.#answers.stampsLost + this.#answersCommon.stampsLost;
  }

  get dueAt(): Instant | undefined {
    return earliest(this.#asks.dueAt, this.#gptp?.dueAt);
  }

  /** Undefined: not known, and the profile does not allow to assume one. */
  get link(): LinkDelay | undefined {
    return linkDelayOf(this.#asks, this.#stored.memory, this.#settings);
  }

  /** The link is up. */
  start(now: Instant): void {
    if (!measuresLink(this.#settings.profile)) return;
    if (this.#settings.peerDelay.asks) this.#asks.start(now);
    this.#gptp?.start(now);
  }

  stop(): void {
    this.#asks.stop();
    this.#gptp?.stop();
  }

  wake(now: Instant): void {
    this.#asks.wake(now);
    this.#gptp?.wake(now);
  }

  /** True: it was a message of this mechanism. */
  receive(message: Message, from: string, stamp: Stamp | undefined): boolean {
    const isCommon = measuresLink(this.#settings.profile) && belongsTo(this.#common, message.header);
    if (!isCommon && !belongsTo(this.#envelope, message.header)) return false;
    switch (message.kind) {
      case 'pdelay-req':
        if (stamp !== undefined) this.#answer(message, stamp, from, isCommon ? 'common' : 'own');
        break;
      case 'pdelay-resp':
        if (stamp !== undefined && belongsTo(this.#asking, message.header)) {
          if (this.#asks.takeResponse(message, stamp)) this.#measured();
        }
        break;
      case 'pdelay-resp-follow-up':
        if (belongsTo(this.#asking, message.header) && this.#asks.takeFollowUp(message)) this.#measured();
        break;
      default:
        return false;
    }
    this.#envelope.version.heard(message);
    return true;
  }

  /** What the neighbour asks of this port; of its own, the neighbour has to do with Pdelay_Req and gPTP-capable Signaling. */
  takeSignaling(message: Signaling, now: Instant): IntervalRequest | undefined {
    const { identity } = this.#settings;
    if (!isAddressedTo(message.target, identity) || message.header.source.clock === identity.clock) return undefined;
    this.#gptp?.take(message, now);
    const request = findTlv(message.tlvs, 'message-interval-request');
    if (request === undefined) return undefined;
    const { computeNeighborRateRatio: rate, computeMeanLinkDelay: delay } = request.flags;
    this.#asks.computes = { rate, delay };
    if (request.linkDelay === INTERVAL_UNCHANGED) return request;
    const initial = this.#settings.profile.initial.delay;
    const interval = requestedInterval(request.linkDelay, this.#asks.logInterval ?? initial, initial);
    this.#asks.setInterval(interval === 'stop' ? undefined : boundedInterval(interval), now);
    return request;
  }

  /** Sends a Signaling message to whoever is there. */
  signal(tlvs: readonly Tlv[]): void {
    const header = headerOf(this.#envelope, this.#sequence.next());
    this.#out.send({ kind: 'signaling', header, target: ALL_PORTS, tlvs }, 'peers');
  }

  sent(token: number, stamp: Stamp): void {
    this.#answers.sent(token, stamp);
    this.#answersCommon.sent(token, stamp);
    if (this.#asks.sent(token, stamp)) this.#measured();
  }

  stampLost(token: number): void {
    this.#answers.stampLost(token);
    this.#answersCommon.stampLost(token);
    this.#asks.stampLost(token);
  }

  #answer(request: PdelayReq, stamp: Stamp, from: string, service: 'own' | 'common'): void {
    const { answers, answersCommon } = this.#settings.peerDelay;
    if (service === 'common') {
      if (answersCommon) this.#answersCommon.take(request, stamp, from);
      return;
    }
    if (!measuresLink(this.#settings.profile)) return;
    if (answers === 'all' || (answers === 'unicast' && request.header.flags.unicast)) {
      this.#answers.take(request, stamp, from);
    }
  }

  get #asking(): Envelope {
    return this.#settings.profile.delay === 'common-p2p' ? this.#common : this.#envelope;
  }

  #measured(): void {
    const neighbour = this.#stored.measured(this.#asks, delayNoiseOf(this.#asks, this.#settings));
    if (neighbour !== undefined) this.#out.put({ type: 'remember', neighbour });
  }
}
