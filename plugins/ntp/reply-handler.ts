import { defineHandler, type HandlerTools, type RequestBatch, type RequestHandler, type StampBatch } from 'timehub/api';
import {
  type Admission,
  CRYPTO_NAK_OCTETS,
  eraOf,
  HEADER_OCTETS,
  type ReplyContextV5,
  respond,
  respondV5,
  SentReplies,
  type Silence,
  SymmetricKey,
  type SymmetricKeyParts,
  toNtpFraction,
  toNtpSeconds,
  VERSION_5,
} from 'timehub/protocol/ntp';
import type { CookieKey } from 'timehub/protocol/nts';
import { AccessControl, type AccessOptions, SharedCounts } from 'timehub/toolkit';
import { ClientLog } from './client-log.js';
import { NtsReplies, type NtsReplyKind } from './nts/nts-replies.js';
import { PlainReplies } from './plain-replies.js';
import { COUNT_NAMES } from './reply-counts.js';
import { ReplyState } from './reply-state.js';

/** Data that the server gives to the handlers of its requests. */
export interface ReplyHandlerData {
  readonly access: AccessOptions;
  readonly onDeny: 'ignore' | 'kiss';
  /** Bit n set: version n is answered. */
  readonly versions: number;
  /** Answer clients that ask for it in the interleaved mode. */
  readonly interleaved: boolean;
  /** The symmetric keys of clients. */
  readonly keys: readonly SymmetricKeyParts[];
  /** The keys of NTS cookies, the one for new cookies first. Empty: no NTS. */
  readonly cookieKeys: readonly CookieKey[];
  /** Memory of the `ReplyState` and of the `SharedCounts`. */
  readonly state: SharedArrayBuffer;
  readonly counts: SharedArrayBuffer;
  /** Memory of the table of clients of each handler. Empty: none. */
  readonly clients: readonly SharedArrayBuffer[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const placeOf = (name: (typeof COUNT_NAMES)[number]): number => COUNT_NAMES.indexOf(name);
const REQUESTS = placeOf('requests');
const REPLIES = placeOf('replies');
const INTERLEAVED = placeOf('interleaved');
const KISSES = placeOf('kisses');
const NAKS = placeOf('naks');
const DENIED = placeOf('denied');
const LIMITED = placeOf('limited');
const UNSENT = placeOf('unsent');

/** Answers NTP requests: each passes access lists, rate limit and `respond`. It allocates no memory. */
class ReplyHandler implements RequestHandler {
  readonly #onDeny: 'ignore' | 'kiss';
  readonly #access: AccessControl;
  readonly #counts: Float64Array;
  readonly #state: ReplyState;
  readonly #context: Mutable<ReplyContextV5>;
  readonly #speaksV5: boolean;
  /** Undefined if one would write another reply than `respond`. */
  readonly #plain: PlainReplies | undefined;
  readonly #sentReplies: SentReplies | undefined;
  readonly #nts: NtsReplies;
  readonly #clients: ClientLog;
  /** Time of the state that was read last. */
  #refreshedNs = -1;

  constructor(data: ReplyHandlerData, { index, random, aesSiv }: HandlerTools) {
    this.#onDeny = data.onDeny;
    this.#access = new AccessControl(data.access, random);
    this.#counts = new SharedCounts(COUNT_NAMES, data.counts).of(index);
    this.#state = new ReplyState(data.state);
    this.#sentReplies = data.interleaved ? new SentReplies({ random }) : undefined;
    const keys = new Map(data.keys.map(({ number, type, secret }) => [number, new SymmetricKey(number, type, secret)]));
    this.#context = {
      ...(keys.size > 0 && { keys }),
      ...(this.#sentReplies && { sentReplies: this.#sentReplies }),
      header: this.#state.header,
      versions: data.versions,
      admission: 'serve',
      clientPort: 0,
      receiveSeconds: 0,
      receiveFraction: 0,
      transmitSeconds: 0,
      transmitFraction: 0,
      receiveEra: 0,
      rootDelayNs: 0,
      rootDispersionNs: 0,
      isSmeared: false,
      filter: this.#state.filter,
    };
    this.#speaksV5 = ((data.versions >> VERSION_5) & 1) === 1;
    this.#clients = new ClientLog(data.clients[index], random);
    this.#nts = new NtsReplies(random, aesSiv);
    if (data.cookieKeys.length > 0) this.#nts.use(data.cookieKeys);
    if (!data.interleaved) this.#plain = new PlainReplies(this.#state.headerWords, data.versions);
  }

  answer(batch: RequestBatch, first: number, end: number): void {
    if (batch.monotonicNs !== this.#refreshedNs) this.#refresh(batch.monotonicNs);
    for (let slot = first; slot < end; slot++) this.#answer(batch, slot);
  }

  stamped({ tickets, sentS, sentNs }: StampBatch, count: number): void {
    const { time } = this.#state;
    for (let slot = 0; slot < count; slot++) {
      time.at(sentS[slot]!, sentNs[slot]!);
      this.#sentReplies?.stamp(tickets[slot]!, toNtpSeconds(time.seconds), toNtpFraction(time.ns));
    }
  }

  unsent(count: number): void {
    this.#counts[UNSENT]! += count;
  }

  #refresh(nowNs: number): void {
    this.#refreshedNs = nowNs;
    this.#state.refresh(nowNs);
    this.#clients.begin(nowNs);
  }

  #answer(batch: RequestBatch, slot: number): void {
    this.#counts[REQUESTS]! += 1;
    const admission = this.#admit(batch.clients[slot]!, batch.monotonicNs);
    if (admission === 'silence') {
      this.#clients.refused(batch, slot);
      return;
    }
    const context = this.#context;
    context.admission = admission;
    context.clientPort = batch.ports[slot]!;
    const { time } = this.#state;
    time.at(batch.receivedS[slot]!, batch.receivedNs[slot]!);
    context.receiveSeconds = toNtpSeconds(time.seconds);
    context.receiveFraction = toNtpFraction(time.ns);
    if (this.#speaksV5) context.receiveEra = eraOf(time.seconds);
    time.at(batch.departureS[slot]!, batch.departureNs[slot]!);
    context.transmitSeconds = toNtpSeconds(time.seconds);
    context.transmitFraction = toNtpFraction(time.ns);
    if (admission === 'serve' && this.#plain?.write(batch, slot, context)) {
      this.#counts[REPLIES]! += 1;
      this.#clients.served(batch, slot, 'none', false);
      return;
    }
    if (this.#speaksV5 && ((batch.requests[slot]![0]! >> 3) & 7) === VERSION_5) {
      this.#answerV5(batch, slot);
      return;
    }
    if (this.#sentReplies !== undefined) context.client = batch.clients[slot]!;
    const result = respond(batch.requests[slot]!, batch.requestOctets[slot]!, context, batch.replies[slot]!);
    if (typeof result === 'string') {
      this.#ignore(batch, slot, result);
      return;
    }
    const nts = admission === 'serve' ? this.#protect(batch, slot) : 'plain';
    if (nts !== 'plain') this.#counts[placeOf(nts)]! += 1;
    if (nts === 'nts_ignored') {
      this.#clients.refused(batch, slot);
      return;
    }
    batch.replyOctets[slot] = nts === 'plain' ? result : this.#nts.octets;
    if (this.#sentReplies !== undefined) batch.tickets[slot] = this.#sentReplies.ticket;
    const kind = nts === 'plain' ? kindOf(admission, result) : undefined;
    if (kind !== undefined) this.#counts[kind]! += 1;
    const isInterleaved = this.#sentReplies?.isInterleaved === true;
    if (isInterleaved) this.#counts[INTERLEAVED]! += 1;
    if (nts === 'nts_replies') this.#clients.served(batch, slot, 'nts', isInterleaved);
    else if (kind === REPLIES)
      this.#clients.served(batch, slot, result > HEADER_OCTETS ? 'key' : 'none', isInterleaved);
    else this.#clients.refused(batch, slot);
  }

  #answerV5(batch: RequestBatch, slot: number): void {
    const context = this.#context;
    context.rootDelayNs = this.#state.rootDelayNs;
    context.rootDispersionNs = this.#state.rootDispersionNs;
    context.isSmeared = this.#state.isSmeared;
    const result = respondV5(batch.requests[slot]!, batch.requestOctets[slot]!, context, batch.replies[slot]!);
    if (typeof result === 'string') {
      this.#ignore(batch, slot, result);
      return;
    }
    batch.replyOctets[slot] = result;
    const isServed = context.admission === 'serve';
    this.#counts[isServed ? REPLIES : KISSES]! += 1;
    if (isServed) this.#clients.served(batch, slot, 'none', false);
    else this.#clients.refused(batch, slot);
  }

  #ignore(batch: RequestBatch, slot: number, reason: Silence): void {
    this.#counts[COUNT_NAMES.indexOf(reason)]! += 1;
    this.#clients.refused(batch, slot);
  }

  #protect(batch: RequestBatch, slot: number): NtsReplyKind {
    return this.#nts.protect(batch.requests[slot]!, batch.requestOctets[slot]!, batch.replies[slot]!);
  }

  #admit(client: Uint8Array, nowNs: number): Admission | 'silence' {
    const decision = this.#access.judge(client, nowNs);
    if (decision === 'serve') return 'serve';
    this.#counts[decision === 'denied' ? DENIED : LIMITED]! += 1;
    if (decision === 'denied') return this.#onDeny === 'kiss' ? 'deny' : 'silence';
    return decision === 'limited-first' ? 'rate' : 'silence';
  }
}

function kindOf(admission: Admission, octets: number): number {
  if (admission !== 'serve') return KISSES;
  return octets === CRYPTO_NAK_OCTETS ? NAKS : REPLIES;
}

export default defineHandler<ReplyHandlerData>((data, tools) => new ReplyHandler(data, tools));
