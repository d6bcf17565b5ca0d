import type { Instant, Ns, Stamp, StampClass } from '../../../api/time.js';
import { type PortIdentity, samePort } from '../identity.js';
import { intervalNs } from '../interval.js';
import type { PdelayResp, PdelayRespFollowUp } from '../message.js';
import type { NeighbourRules } from '../profile/profile.js';
import { toNs } from '../time.js';
import { isDue, type Outbox } from './action.js';
import { type Capability, capabilityOf } from './capability.js';
import { type Envelope, headerOf, randomSequence, type Sequence } from './envelope.js';
import { NeighbourDelay } from './neighbour-delay.js';
import { NeighbourRate } from './neighbour-rate.js';

interface Exchange {
  readonly token: number;
  readonly sequenceId: number;
  sent?: Stamp;
  response?: { readonly message: PdelayResp; readonly received: Stamp };
  followUp?: PdelayRespFollowUp;
  responders: readonly PortIdentity[];
  stampLost?: true;
  /** An answer of our own clock came back. */
  looped?: true;
  /** Evaluated: only further responders are still of interest. */
  done?: true;
}

export interface PeerDelaySettings {
  readonly envelope: Envelope;
  readonly rules: NeighbourRules;
  readonly logInterval: number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** More than these need no names. */
const RESPONDERS = 3;

/** The peer-to-peer delay mechanism, asking side (IEEE 1588-2019 §11.4, 802.1AS-2020 §11.2.19). */
export class PeerDelay {
  readonly #settings: PeerDelaySettings;
  readonly #out: Outbox;
  readonly #sequence: Sequence;
  readonly #delay = new NeighbourDelay();
  readonly #rate = new NeighbourRate();
  #exchange: Exchange | undefined;
  #responders: readonly PortIdentity[] = [];
  #looped = false;
  #logInterval: number | undefined;
  #requests = 0;
  #lost = 0;
  dueAt: Instant | undefined;
  stampsLost = 0;
  /** Who stamped the last exchange. */
  stampedBy: StampClass = 'user';

  constructor(settings: PeerDelaySettings, out: Outbox) {
    this.#settings = settings;
    this.#out = out;
    this.#sequence = randomSequence(settings.random);
    this.#logInterval = settings.logInterval;
  }

  get capability(): Capability {
    return capabilityOf(
      {
        requests: this.#requests,
        lost: this.#lost,
        responders: this.#responders,
        looped: this.#looped,
        delayNs: this.#delay.delayNs,
        ratePpb: this.#rate.ratePpb,
      },
      this.#settings.rules,
    );
  }

  get rate(): NeighbourRate {
    return this.#rate;
  }

  get delay(): NeighbourDelay {
    return this.#delay;
  }

  /** Requests in a row without a complete answer. */
  get lost(): number {
    return this.#lost;
  }

  get logInterval(): number | undefined {
    return this.#logInterval;
  }

  /** The link is up: nothing is known of what is at its other end. */
  start(now: Instant): void {
    this.#forget();
    this.#responders = [];
    this.#looped = false;
    this.#lost = 0;
    this.dueAt = this.#logInterval === undefined ? undefined : now;
  }

  stop(): void {
    this.#exchange = undefined;
    this.dueAt = undefined;
  }

  /** Our clock was stepped: the delay stays, what spans the step does not. */
  clockStepped(): void {
    this.#exchange = undefined;
    this.#rate.restart();
  }

  /** `log2` of seconds; undefined: no more requests. */
  setInterval(logInterval: number | undefined, now: Instant): void {
    if (logInterval === this.#logInterval) return;
    this.#logInterval = logInterval;
    this.dueAt = logInterval === undefined ? undefined : now + BigInt(Math.round(intervalNs(logInterval)));
  }

  wake(now: Instant): void {
    if (!isDue(this.dueAt, now) || this.#logInterval === undefined) return;
    this.#close();
    this.dueAt = now + BigInt(Math.round(intervalNs(this.#logInterval)));
    const { envelope } = this.#settings;
    const sequenceId = this.#sequence.next();
    const header = headerOf(envelope, sequenceId, { logInterval: this.#logInterval });
    const token = this.#out.send({ kind: 'pdelay-req', header, origin: 0n, tlvs: [] }, 'peers');
    this.#exchange = { token, sequenceId, responders: [] };
    this.#requests++;
  }

  /** True: a delay was measured. */
  sent(token: number, stamp: Stamp): boolean {
    if (this.#exchange?.token !== token) return false;
    this.#exchange.sent = stamp;
    return this.#evaluate(this.#exchange);
  }

  stampLost(token: number): void {
    if (this.#exchange?.token !== token) return;
    this.#exchange.stampLost = true;
    this.stampsLost++;
  }

  /** True: a delay was measured. */
  takeResponse(message: PdelayResp, received: Stamp): boolean {
    const exchange = this.#exchangeOf(message);
    if (exchange === undefined) return false;
    const { source } = message.header;
    if (source.clock === this.#settings.envelope.identity.clock) {
      exchange.looped = true;
      this.#looped = true;
      return false;
    }
    if (exchange.responders.some((known) => samePort(known, source))) return false;
    if (exchange.responders.length < RESPONDERS) exchange.responders = [...exchange.responders, source];
    if (exchange.response !== undefined) return false;
    exchange.response = { message, received };
    return this.#evaluate(exchange);
  }

  /** True: a delay was measured. */
  takeFollowUp(message: PdelayRespFollowUp): boolean {
    const exchange = this.#exchangeOf(message);
    if (exchange === undefined || exchange.followUp !== undefined) return false;
    const { response } = exchange;
    if (response !== undefined && !samePort(response.message.header.source, message.header.source)) return false;
    exchange.followUp = message;
    return this.#evaluate(exchange);
  }

  #forget(): void {
    this.#exchange = undefined;
    this.#delay.clear();
    this.#rate.clear();
  }

  #exchangeOf({ header, requesting }: PdelayResp | PdelayRespFollowUp): Exchange | undefined {
    if (!samePort(requesting, this.#settings.envelope.identity)) return undefined;
    return header.sequenceId === this.#exchange?.sequenceId ? this.#exchange : undefined;
  }

  #evaluate(exchange: Exchange): boolean {
    const { sent, response, followUp } = exchange;
    if (exchange.done || sent === undefined || response === undefined) return false;
    const { header } = response.message;
    if (header.flags.twoStep && (followUp === undefined || !samePort(followUp.header.source, header.source)))
      return false;
    exchange.done = true;
    this.stampedBy = response.received.by;
    this.#lost = 0;
    const last = this.#responders[0];
    if (last !== undefined && !samePort(last, header.source)) this.#forget();
    this.#responders = exchange.responders;
    const way = header.flags.twoStep ? followUp : undefined;
    if (way !== undefined) this.#rate.take(way.responseOrigin, response.received.time);
    this.#delay.take(this.#delayNs(response.message, way, response.received.time - sent.time));
    return true;
  }

  /** Half of what our clock says of the round trip, less what the neighbour says of its stay there (§11.4.2). */
  #delayNs(response: PdelayResp, followUp: PdelayRespFollowUp | undefined, roundTrip: Instant): Ns {
    const correction = toNs(response.header.correction);
    if (followUp === undefined) return (Number(roundTrip) - correction) / 2;
    const sign = this.#settings.rules.corrections === '802.1as' ? -1 : 1;
    const stay = Number(followUp.responseOrigin - response.requestReceipt);
    const fractions = toNs(followUp.header.correction) + sign * correction;
    // In the neighbour's time, as the standard has it; the difference is below a picosecond for a short link.
    const ratio = 1 + (this.#rate.ratePpb ?? 0) / 1e9;
    return (Number(roundTrip) * ratio - stay - fractions) / 2;
  }

  /** Before the next request: was the last one answered, and by how many? */
  #close(): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    this.#looped = exchange.looped === true;
    if (exchange.done) this.#responders = exchange.responders;
    else if (exchange.stampLost !== true) this.#lost++;
  }
}
