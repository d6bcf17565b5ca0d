import type { Instant, Stamp } from '../../../../api/time.js';
import { formatPortIdentity, type PortIdentity, samePort } from '../../identity.js';
import { boundedInterval, intervalNs, NO_INTERVAL } from '../../interval.js';
import type { DelayResp } from '../../message.js';
import type { TimeInterval } from '../../time.js';
import { type Destination, isDue, type Outbox } from '../action.js';
import { type Envelope, flagsFor, headerOf, randomSequence, type Sequence } from '../envelope.js';

/** The times of a Delay_Req and its Delay_Resp. */
export interface DelayTimes {
  /** t3, of the local clock. */
  readonly sent: Stamp;
  /** t4, of the timeTransmitter. */
  readonly received: Instant;
  /** correctionField, to be subtracted from t4. */
  readonly correction: TimeInterval;
}

interface Request {
  readonly token: number;
  readonly sequenceId: number;
  readonly at: Instant;
  readonly sent?: Stamp;
  readonly response?: DelayResp;
}

export interface DelayRequesterSettings {
  readonly envelope: Envelope;
  readonly logInterval: number;
  /** Returns a random number in [0, 1). */
  readonly random: () => number;
}

/** Maximum number of open requests: at 128 a second an answer may take 30 ms. */
const CAPACITY = 4;
/** Minimum time between two requests, share of the interval. */
const LEAST_SHARE = 1 / 16;
/** Time after which a request counts as unanswered, ns. */
const PATIENCE_NS = 5_000_000_000n;

/** Requester of the delay request-response mechanism (IEEE 1588-2019 §11.3, §9.5.11). */
export class DelayRequester {
  readonly #settings: DelayRequesterSettings;
  readonly #out: Outbox;
  readonly #sequence: Sequence;
  #requests: readonly Request[] = [];
  #parent: { readonly port: PortIdentity; readonly to: Destination } | undefined;
  #logInterval: number;
  dueAt: Instant | undefined;
  /** Consecutive requests without an answer. */
  unanswered = 0;
  stampsLost = 0;
  /** A clause: why the last request measured nothing, if there is another reason than a missing answer. */
  fault = '';

  constructor(settings: DelayRequesterSettings, out: Outbox) {
    this.#settings = settings;
    this.#out = out;
    this.#logInterval = settings.logInterval;
    this.#sequence = randomSequence(settings.random);
  }

  /** logMinDelayReqInterval of the timeTransmitter, log2 of seconds. */
  get logInterval(): number {
    return this.#logInterval;
  }

  /** Sends requests to `port` from now on. */
  start(port: PortIdentity, to: Destination, now: Instant): void {
    this.stop();
    this.#parent = { port, to };
    this.#logInterval = this.#settings.logInterval;
    this.#schedule(now);
  }

  stop(): void {
    this.#parent = undefined;
    this.#requests = [];
    this.dueAt = undefined;
    this.unanswered = 0;
    this.fault = '';
  }

  /** Drops the open requests after a step of the local clock. */
  forget(): void {
    this.#requests = [];
  }

  wake(now: Instant): void {
    if (!isDue(this.dueAt, now) || this.#parent === undefined) return;
    this.#schedule(now);
    const sequenceId = this.#sequence.next();
    const header = headerOf(this.#settings.envelope, sequenceId, { flags: flagsFor(this.#parent.to) });
    const token = this.#out.send({ kind: 'delay-req', header, origin: 0n, tlvs: [] }, this.#parent.to);
    this.#requests = this.#limited([...this.#requests, { token, sequenceId, at: now }], now);
  }

  sent(token: number, stamp: Stamp): DelayTimes | undefined {
    const request = this.#requests.find((known) => known.token === token);
    return request === undefined ? undefined : this.#advance({ ...request, sent: stamp });
  }

  stampLost(token: number): void {
    if (!this.#requests.some((known) => known.token === token)) return;
    this.#requests = this.#requests.filter((known) => known.token !== token);
    this.stampsLost++;
    this.fault = 'the Delay_Req have no transmit stamp';
  }

  receive(response: DelayResp): DelayTimes | undefined {
    const { header, requesting } = response;
    if (!samePort(requesting, this.#settings.envelope.identity)) return undefined;
    const request = this.#requests.find((known) => known.sequenceId === header.sequenceId);
    if (request === undefined || request.response !== undefined || this.#parent === undefined) return undefined;
    // An answer of another port measures another path than that of the Syncs (§9.5.7).
    if (!samePort(header.source, this.#parent.port)) {
      this.fault = `the Delay_Resp come from ${formatPortIdentity(header.source)}`;
      return undefined;
    }
    this.unanswered = 0;
    this.fault = '';
    this.#settings.envelope.version.answered();
    if (header.logInterval !== NO_INTERVAL) this.#logInterval = boundedInterval(header.logInterval);
    return this.#advance({ ...request, response });
  }

  #advance(request: Request): DelayTimes | undefined {
    const others = this.#requests.filter(({ token }) => token !== request.token);
    const { sent, response } = request;
    if (sent === undefined || response === undefined) {
      this.#requests = [...others, request];
      return undefined;
    }
    this.#requests = others;
    return { sent, received: response.receive, correction: response.header.correction };
  }

  /** Uniform in twice the interval, so that many clocks do not send at the same time (§9.5.11.2). */
  #schedule(now: Instant): void {
    const share = Math.max(LEAST_SHARE, 2 * this.#settings.random());
    this.dueAt = now + BigInt(Math.round(share * intervalNs(this.#logInterval)));
  }

  #limited(requests: readonly Request[], now: Instant): readonly Request[] {
    const kept = requests.filter(({ at }) => now - at <= PATIENCE_NS).slice(-CAPACITY);
    this.unanswered += requests.filter((request) => !kept.includes(request) && request.response === undefined).length;
    this.#settings.envelope.version.unanswered('Delay_Req', this.unanswered);
    return kept;
  }
}
