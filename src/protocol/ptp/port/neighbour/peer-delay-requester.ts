import type { Instant, Ns, Stamp, StampClass } from '../../../../api/time.js';
import { type PortIdentity, samePort } from '../../identity.js';
import { intervalNs } from '../../interval.js';
import type { PdelayResp, PdelayRespFollowUp } from '../../message.js';
import type { NeighbourRules } from '../../profile/profile.js';
import { toNs } from '../../time.js';
import { isDue, type Outbox } from '../action.js';
import { type Envelope, headerOf, randomSequence, type Sequence } from '../envelope.js';
import { type Capability, capabilityOf } from './capability.js';
import { NeighbourDelay } from './neighbour-delay.js';
import { NeighbourRate } from './neighbour-rate.js';
import { PdelayExchange, type PdelayTimes } from './pdelay-exchange.js';

export interface PeerDelayRequesterSettings {
  readonly envelope: Envelope;
  readonly rules: NeighbourRules;
  readonly logInterval: number;
  /** Returns a random number in [0, 1). */
  readonly random: () => number;
}

/** The results to compute (computeNeighborRateRatio and computeMeanLinkDelay, 802.1AS-2020 §11.2.21). */
export interface Computes {
  readonly rate: boolean;
  readonly delay: boolean;
}

/** Consecutive requests without an answer after which the measured delay is dropped. */
const LAPSE_AFTER = 8;

/** Requester of the peer-to-peer delay mechanism (IEEE 1588-2019 §11.4, 802.1AS-2020 §11.2.19). */
export class PeerDelayRequester {
  readonly #settings: PeerDelayRequesterSettings;
  readonly #out: Outbox;
  readonly #sequence: Sequence;
  readonly #delay = new NeighbourDelay();
  readonly #rate = new NeighbourRate();
  #exchange: PdelayExchange | undefined;
  #responders: readonly PortIdentity[] = [];
  #looped = false;
  #logInterval: number | undefined;
  #lost = 0;
  /** Consecutive requests that several ports have answered. */
  #multiplyAnswered = 0;
  #isPaused = false;
  dueAt: Instant | undefined;
  stampsLost = 0;
  /** Class of the stamps of the last exchange. */
  stampedBy: StampClass = 'user';
  computes: Computes = { rate: true, delay: true };

  constructor(settings: PeerDelayRequesterSettings, out: Outbox) {
    this.#settings = settings;
    this.#out = out;
    this.#sequence = randomSequence(settings.random);
    this.#logInterval = settings.logInterval;
  }

  get capability(): Capability {
    return capabilityOf(
      {
        lost: this.#lost,
        responders: this.#responders,
        paused: this.#isPaused,
        looped: this.#looped,
        delayNs: this.#delay.delayNs,
        ratePpb: this.#rate.ratePpb,
      },
      this.#settings.rules,
    );
  }

  /** The port that answered last. Undefined before the first answer. */
  get responder(): PortIdentity | undefined {
    return this.#responders[0];
  }

  get rate(): NeighbourRate {
    return this.#rate;
  }

  get delay(): NeighbourDelay {
    return this.#delay;
  }

  /** Consecutive requests without a complete answer. */
  get lost(): number {
    return this.#lost;
  }

  get logInterval(): number | undefined {
    return this.#logInterval;
  }

  /** Starts when the link comes up. The neighbour may be another one. */
  start(now: Instant): void {
    this.#begin();
    this.computes = { rate: true, delay: true };
    this.#logInterval = this.#settings.logInterval;
    this.dueAt = now;
  }

  stop(): void {
    this.#exchange = undefined;
    this.dueAt = undefined;
  }

  /** The local clock was stepped: drops what spans the step. The delay stays. */
  clockStepped(): void {
    this.#exchange = undefined;
    this.#rate.restart();
  }

  /** `logInterval`: log2 of seconds. Undefined: send no more requests. */
  setInterval(logInterval: number | undefined, now: Instant): void {
    if (logInterval === this.#logInterval) return;
    this.#logInterval = logInterval;
    if (!this.#isPaused) this.#schedule(now);
  }

  wake(now: Instant): void {
    if (!isDue(this.dueAt, now)) return;
    if (this.#isPaused) this.#begin();
    this.#close();
    if (this.#multiplyAnswered > this.#settings.rules.allowedLost) this.#pause(now);
    else this.#ask(now);
  }

  /** Returns true if a delay was measured. */
  sent(token: number, stamp: Stamp): boolean {
    if (this.#exchange?.token !== token) return false;
    return this.#evaluate(this.#exchange.sent(stamp));
  }

  stampLost(token: number): void {
    if (this.#exchange?.token !== token) return;
    this.#exchange.isStampLost = true;
    this.stampsLost++;
  }

  /** Returns true if a delay was measured. */
  receiveResponse(message: PdelayResp, received: Stamp): boolean {
    const exchange = this.#exchangeOf(message);
    if (exchange === undefined) return false;
    if (message.header.source.clock !== this.#settings.envelope.identity.clock) {
      return this.#evaluate(exchange.receiveResponse(message, received));
    }
    exchange.isLooped = true;
    this.#looped = true;
    return false;
  }

  /** Returns true if a delay was measured. */
  receiveFollowUp(message: PdelayRespFollowUp): boolean {
    return this.#evaluate(this.#exchangeOf(message)?.receiveFollowUp(message));
  }

  #ask(now: Instant): void {
    this.#schedule(now);
    if (this.#logInterval === undefined) return;
    const sequenceId = this.#sequence.next();
    const header = headerOf(this.#settings.envelope, sequenceId, { logInterval: this.#logInterval });
    const token = this.#out.send({ kind: 'pdelay-req', header, origin: 0n, tlvs: [] }, 'peers');
    this.#exchange = new PdelayExchange(token, sequenceId);
  }

  /** Pauses requests: several responders show no link delay (802.1AS-2020 §11.2.2, IEEE 1588-2019 §11.4.3). */
  #pause(now: Instant): void {
    this.#isPaused = true;
    this.#exchange = undefined;
    this.dueAt = now + BigInt(this.#settings.rules.multipleResponderPauseS) * 1_000_000_000n;
  }

  #schedule(now: Instant): void {
    const log = this.#logInterval;
    this.dueAt = log === undefined ? undefined : now + BigInt(Math.round(intervalNs(log)));
  }

  #begin(): void {
    this.#exchange = undefined;
    this.#responders = [];
    this.#looped = false;
    this.#lost = 0;
    this.#multiplyAnswered = 0;
    this.#isPaused = false;
    this.#forget();
  }

  #forget(): void {
    this.#delay.clear();
    this.#rate.clear();
  }

  /** Drops the measured delay after several missing answers, unless the profile's neighbour is static. */
  #miss(): void {
    const { capable, allowedLost } = this.#settings.rules;
    this.#lost++;
    if (capable !== 'static' && this.#lost > Math.max(LAPSE_AFTER, allowedLost)) this.#delay.clear();
  }

  #exchangeOf({ header, requesting }: PdelayResp | PdelayRespFollowUp): PdelayExchange | undefined {
    if (!samePort(requesting, this.#settings.envelope.identity)) return undefined;
    return header.sequenceId === this.#exchange?.sequenceId ? this.#exchange : undefined;
  }

  #evaluate(times: PdelayTimes | undefined): boolean {
    if (times === undefined) return false;
    const { received, response, followUp } = times;
    this.#settings.envelope.version.answered();
    this.stampedBy = received.by;
    this.#lost = 0;
    const last = this.#responders[0];
    if (last !== undefined && !samePort(last, response.header.source)) this.#forget();
    this.#responders = this.#exchange!.responders;
    // A result that is not requested keeps its value, but not before it is settled: some neighbours never set the flags.
    if (followUp !== undefined && (this.computes.rate || !this.#rate.isSettled)) {
      this.#rate.add(followUp.responseOrigin, received.time);
    }
    if (this.computes.delay || !this.#delay.isSettled) this.#delay.add(this.#delayNs(times));
    return true;
  }

  /** Returns half of (the round trip by the local clock − the neighbour's turnaround time) (§11.4.2). */
  #delayNs({ sent, received, response, followUp }: PdelayTimes): Ns {
    const roundTrip = Number(received.time - sent.time);
    const correction = toNs(response.header.correction);
    if (followUp === undefined) return (roundTrip - correction) / 2;
    const sign = this.#settings.rules.corrections === '802.1as' ? -1 : 1;
    const turnaround = Number(followUp.responseOrigin - response.requestReceipt);
    const fractions = toNs(followUp.header.correction) + sign * correction;
    // In the neighbour's time, as in the standard. The difference is below a picosecond for a short link.
    const ratio = 1 + (this.#rate.ratePpb ?? 0) / 1e9;
    return (roundTrip * ratio - turnaround - fractions) / 2;
  }

  /** Counts the answers to the last request, before the next one is sent. */
  #close(): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    this.#looped = exchange.isLooped;
    this.#multiplyAnswered = exchange.responders.length > 1 ? this.#multiplyAnswered + 1 : 0;
    if (exchange.isDone) this.#responders = exchange.responders;
    else if (!exchange.isStampLost) this.#miss();
    this.#settings.envelope.version.unanswered('Pdelay_Req', this.#lost);
  }
}
