import type { Instant, Stamp } from '../../../../api/time.js';
import { formatPortIdentity, type PortIdentity, samePort } from '../../identity.js';
import { intervalNs, NO_INTERVAL } from '../../interval.js';
import type { DelayResp } from '../../message.js';
import type { TimeInterval } from '../../time.js';
import { type Destination, isDue, type Outbox } from '../action.js';
import { type Envelope, flagsFor, headerOf, randomSequence, type Sequence } from '../envelope.js';

/** What a Delay_Req and its Delay_Resp say. */
export interface DelayTimes {
  /** t3, ours. */
  readonly sent: Stamp;
  /** t4, of the other side. */
  readonly received: Instant;
  /** To be subtracted from t4. */
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
  /** In [0, 1). */
  readonly random: () => number;
}

/** Requests under way at once: at 128 a second an answer may take 30 ms. */
const CAPACITY = 4;
/** What a Delay_Resp may make of our interval, log2 of seconds. */
const FASTEST = -7;
const SLOWEST = 6;
/** Of the interval: two requests are never one burst. */
const LEAST_SHARE = 1 / 16;
const PATIENCE_NS = 5_000_000_000n;

/** The delay request-response mechanism, asking side (IEEE 1588-2019 §11.3, §9.5.11). */
export class DelayRequester {
  readonly #settings: DelayRequesterSettings;
  readonly #out: Outbox;
  readonly #sequence: Sequence;
  #requests: readonly Request[] = [];
  #parent: { readonly port: PortIdentity; readonly to: Destination } | undefined;
  #logInterval: number;
  dueAt: Instant | undefined;
  /** Requests in a row without an answer. */
  unanswered = 0;
  stampsLost = 0;
  /** A clause: why the last request measured nothing, where more is known than that no answer came. */
  fault = '';

  constructor(settings: DelayRequesterSettings, out: Outbox) {
    this.#settings = settings;
    this.#out = out;
    this.#logInterval = settings.logInterval;
    this.#sequence = randomSequence(settings.random);
  }

  /** log2 of seconds, as the timeTransmitter wants it. */
  get logInterval(): number {
    return this.#logInterval;
  }

  /** Asks this port from now on. */
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

  /** Our clock was stepped: what is under way means nothing. */
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
    this.fault = 'no transmit stamp comes for the Delay_Req';
  }

  take(response: DelayResp): DelayTimes | undefined {
    const { header, requesting } = response;
    if (!samePort(requesting, this.#settings.envelope.identity)) return undefined;
    const request = this.#requests.find((known) => known.sequenceId === header.sequenceId);
    if (request === undefined || request.response !== undefined || this.#parent === undefined) return undefined;
    // Another port is at another end: the path of the Syncs is not the one that it measures (§9.5.7).
    if (!samePort(header.source, this.#parent.port)) {
      this.fault = `the Delay_Resp come from ${formatPortIdentity(header.source)}`;
      return undefined;
    }
    this.unanswered = 0;
    this.fault = '';
    this.#settings.envelope.version.answered();
    if (header.logInterval !== NO_INTERVAL)
      this.#logInterval = Math.min(SLOWEST, Math.max(FASTEST, header.logInterval));
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

  /** Uniform in twice the interval: the requests of many clocks must not come at once (§9.5.11.2). */
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
