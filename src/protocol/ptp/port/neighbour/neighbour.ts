import type { Instant, Stamp } from '../../../../api/time.js';
import { ALL_PORTS, isAddressedTo } from '../../identity.js';
import { boundedInterval, INTERVAL_UNCHANGED, requestedInterval } from '../../interval.js';
import type { Message, PdelayReq, Signaling } from '../../message.js';
import { measuresLink } from '../../profile/profile.js';
import { findTlv, type Tlv } from '../../tlv/index.js';
import { earliest, type Outbox } from '../action.js';
import { belongsTo, cmldsEnvelope, type Envelope, headerOf, randomSequence, type Sequence } from '../envelope.js';
import type { IntervalRequest } from '../interval-request.js';
import type { PortSettings } from '../settings.js';
import type { Capability } from './capability.js';
import { GptpCapable } from './gptp-capable.js';
import { delayNoiseOf, type LinkDelay, linkDelayOf } from './link-delay.js';
import { PeerDelayRequester } from './peer-delay-requester.js';
import { PeerDelayResponder } from './peer-delay-responder.js';
import { SavedLinkTracker } from './saved-link-tracker.js';

/**
 * The neighbour at the other end of the link: requester and responder of the peer delay mechanism, for this domain and for
 * the common mean link delay service (CMLDS), and their results.
 */
export class Neighbour {
  readonly #settings: PortSettings;
  readonly #envelope: Envelope;
  readonly #cmlds: Envelope;
  readonly #out: Outbox;
  readonly #sequence: Sequence;
  readonly #requester: PeerDelayRequester;
  readonly #responder: PeerDelayResponder;
  readonly #cmldsResponder: PeerDelayResponder;
  readonly #gptp: GptpCapable | undefined;
  readonly #savedLink: SavedLinkTracker;

  constructor(settings: PortSettings, envelope: Envelope, out: Outbox) {
    const { profile, random, savedLink } = settings;
    this.#settings = settings;
    this.#envelope = envelope;
    this.#cmlds = cmldsEnvelope(envelope);
    this.#out = out;
    this.#savedLink = new SavedLinkTracker(savedLink);
    this.#sequence = randomSequence(random);
    this.#responder = new PeerDelayResponder(envelope, out);
    this.#cmldsResponder = new PeerDelayResponder(this.#cmlds, out);
    this.#requester = new PeerDelayRequester(
      { envelope: this.#requestEnvelope, random, rules: profile.neighbour, logInterval: profile.initial.delay },
      out,
    );
    this.#requester.rate.savedPpb = savedLink?.ratePpb;
    if (profile.gptpCapable !== undefined) {
      this.#gptp = new GptpCapable(profile.gptpCapable, (tlvs) => this.signal(tlvs));
    }
  }

  /**
   * asCapable. In domains other than 0 the neighbour must signal that it is gPTP-capable. In domain 0 it may implement the
   * 2011 edition, which has no such signal (802.1AS-2020 §10.4, §11.2.2).
   */
  get capability(): Capability {
    const measured = this.#requester.capability;
    const { domain, neighbour } = this.#settings.profile;
    if (!measured.capable || this.#gptp === undefined || domain === 0 || neighbour.capable !== 'measured')
      return measured;
    if (this.#gptp.isNeighbourCapable) return measured;
    return { capable: false, reason: `the neighbour does not signal that it is gPTP-capable in domain ${domain}` };
  }

  /** Returns false if the port must not take part: it is faulty, or not asCapable (802.1AS-2020 §11.2.2). */
  get isFit(): boolean {
    const { profile } = this.#settings;
    if (!measuresLink(profile)) return true;
    const { capable, fault } = this.capability;
    return fault !== true && (capable || profile.neighbour.capable !== 'measured');
  }

  get delayRequester(): PeerDelayRequester {
    return this.#requester;
  }

  get stampsLost(): number {
    return this.#requester.stampsLost + this.#responder.stampsLost + this.#cmldsResponder.stampsLost;
  }

  get dueAt(): Instant | undefined {
    return earliest(this.#requester.dueAt, this.#gptp?.dueAt);
  }

  /** Delay of the link. Undefined: not measured yet, and the profile does not allow another value. */
  get link(): LinkDelay | undefined {
    return linkDelayOf(this.#requester, this.#savedLink.saved, this.#settings);
  }

  /** Starts when the link comes up. */
  start(now: Instant): void {
    if (!measuresLink(this.#settings.profile)) return;
    if (this.#settings.peerDelay.asks) this.#requester.start(now);
    this.#gptp?.start(now);
  }

  stop(): void {
    this.#requester.stop();
    this.#gptp?.stop();
  }

  wake(now: Instant): void {
    this.#requester.wake(now);
    this.#gptp?.wake(now);
  }

  /** Handles a message. Returns true if it belongs to the peer delay mechanism. */
  receive(message: Message, from: string, stamp: Stamp | undefined): boolean {
    const isCmlds = measuresLink(this.#settings.profile) && belongsTo(this.#cmlds, message.header);
    if (!isCmlds && !belongsTo(this.#envelope, message.header)) return false;
    switch (message.kind) {
      case 'pdelay-req':
        if (stamp !== undefined) this.#answer(message, stamp, from, isCmlds ? 'cmlds' : 'own');
        break;
      case 'pdelay-resp':
        if (stamp !== undefined && belongsTo(this.#requestEnvelope, message.header)) {
          if (this.#requester.receiveResponse(message, stamp)) this.#saveLink();
        }
        break;
      case 'pdelay-resp-follow-up':
        if (belongsTo(this.#requestEnvelope, message.header) && this.#requester.receiveFollowUp(message))
          this.#saveLink();
        break;
      default:
        return false;
    }
    this.#envelope.version.received(message);
    return true;
  }

  /** Applies what concerns Pdelay_Req and gPTP-capable Signaling, and returns the neighbour's request for message intervals. */
  receiveSignaling(message: Signaling, now: Instant): IntervalRequest | undefined {
    const { identity } = this.#settings;
    if (!isAddressedTo(message.target, identity) || message.header.source.clock === identity.clock) return undefined;
    this.#gptp?.receive(message, now);
    const request = findTlv(message.tlvs, 'message-interval-request');
    if (request === undefined) return undefined;
    const { computeNeighborRateRatio: rate, computeMeanLinkDelay: delay } = request.flags;
    this.#requester.computes = { rate, delay };
    if (request.linkDelay === INTERVAL_UNCHANGED) return request;
    const initial = this.#settings.profile.initial.delay;
    const interval = requestedInterval(request.linkDelay, this.#requester.logInterval ?? initial, initial);
    this.#requester.setInterval(interval === 'stop' ? undefined : boundedInterval(interval), now);
    return request;
  }

  /** Sends a Signaling message to the neighbour, addressed to all ports. */
  signal(tlvs: readonly Tlv[]): void {
    const header = headerOf(this.#envelope, this.#sequence.next());
    this.#out.send({ kind: 'signaling', header, target: ALL_PORTS, tlvs }, 'peers');
  }

  sent(token: number, stamp: Stamp): void {
    this.#responder.sent(token, stamp);
    this.#cmldsResponder.sent(token, stamp);
    if (this.#requester.sent(token, stamp)) this.#saveLink();
  }

  stampLost(token: number): void {
    this.#responder.stampLost(token);
    this.#cmldsResponder.stampLost(token);
    this.#requester.stampLost(token);
  }

  #answer(request: PdelayReq, stamp: Stamp, from: string, service: 'own' | 'cmlds'): void {
    const { answers, answersCommon } = this.#settings.peerDelay;
    if (service === 'cmlds') {
      if (answersCommon) this.#cmldsResponder.answer(request, stamp, from);
      return;
    }
    if (!measuresLink(this.#settings.profile)) return;
    if (answers === 'all' || (answers === 'unicast' && request.header.flags.unicast)) {
      this.#responder.answer(request, stamp, from);
    }
  }

  get #requestEnvelope(): Envelope {
    return this.#settings.profile.delay === 'common-p2p' ? this.#cmlds : this.#envelope;
  }

  #saveLink(): void {
    const link = this.#savedLink.update(this.#requester, delayNoiseOf(this.#requester, this.#settings));
    if (link !== undefined) this.#out.put({ type: 'save-link', link });
  }
}
