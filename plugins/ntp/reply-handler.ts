import { defineHandler, type HandlerTools, type RequestBatch, type RequestHandler } from 'timehub/api';
import { type Admission, type ReplyContext, respond, toNtpFraction, toNtpSeconds } from 'timehub/protocol/ntp';
import { AccessControl, type AccessOptions, SharedCounts } from 'timehub/toolkit';
import { PlainReplies } from './plain-replies.js';
import { COUNT_NAMES } from './reply-counts.js';
import { ReplyState } from './reply-state.js';

/** What the server gives to the handlers of its requests. */
export interface ReplyHandlerData {
  readonly access: AccessOptions;
  readonly onDeny: 'ignore' | 'kiss';
  /** Bit n set: version n is answered. */
  readonly versions: number;
  /** Memory of the `ReplyState` and of the `SharedCounts`. */
  readonly state: SharedArrayBuffer;
  readonly counts: SharedArrayBuffer;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const [REQUESTS, REPLIES, KISSES, DENIED, LIMITED, UNSENT] = (
  ['requests', 'replies', 'kisses', 'denied', 'limited', 'unsent'] as const
).map((name) => COUNT_NAMES.indexOf(name)) as [number, number, number, number, number, number];

/** Answers NTP requests: each passes access lists, rate limit and `respond`. It allocates no memory. */
class ReplyHandler implements RequestHandler {
  readonly #onDeny: 'ignore' | 'kiss';
  readonly #access: AccessControl;
  readonly #counts: Float64Array;
  readonly #state: ReplyState;
  readonly #context: Mutable<ReplyContext>;
  readonly #plain: PlainReplies;
  /** Time of the state that was read last. */
  #refreshedNs = -1;

  constructor(data: ReplyHandlerData, { index, random }: HandlerTools) {
    this.#onDeny = data.onDeny;
    this.#access = new AccessControl(data.access, random);
    this.#counts = new SharedCounts(COUNT_NAMES, data.counts).of(index);
    this.#state = new ReplyState(data.state);
    this.#context = {
      header: this.#state.header,
      versions: data.versions,
      admission: 'serve',
      clientPort: 0,
      receiveSeconds: 0,
      receiveFraction: 0,
      transmitSeconds: 0,
      transmitFraction: 0,
    };
    this.#plain = new PlainReplies(this.#state.headerWords, data.versions);
  }

  answer(batch: RequestBatch, first: number, end: number): void {
    if (batch.monotonicNs !== this.#refreshedNs) this.#refresh(batch.monotonicNs);
    for (let slot = first; slot < end; slot++) this.#answer(batch, slot);
  }

  unsent(count: number): void {
    this.#counts[UNSENT]! += count;
  }

  #refresh(nowNs: number): void {
    this.#refreshedNs = nowNs;
    this.#state.refresh(nowNs);
  }

  #answer(batch: RequestBatch, slot: number): void {
    this.#counts[REQUESTS]! += 1;
    const admission = this.#admit(batch.clients[slot]!, batch.monotonicNs);
    if (admission === 'silence') return;
    const context = this.#context;
    context.admission = admission;
    context.clientPort = batch.ports[slot]!;
    const { time } = this.#state;
    time.at(batch.receivedS[slot]!, batch.receivedNs[slot]!);
    context.receiveSeconds = toNtpSeconds(time.seconds);
    context.receiveFraction = toNtpFraction(time.ns);
    time.at(batch.departureS[slot]!, batch.departureNs[slot]!);
    context.transmitSeconds = toNtpSeconds(time.seconds);
    context.transmitFraction = toNtpFraction(time.ns);
    if (admission === 'serve' && this.#plain.write(batch, slot, context)) {
      this.#counts[REPLIES]! += 1;
      return;
    }
    const result = respond(batch.requests[slot]!, batch.requestOctets[slot]!, context, batch.replies[slot]!);
    if (typeof result === 'string') {
      this.#counts[COUNT_NAMES.indexOf(result)]! += 1;
      return;
    }
    batch.replyOctets[slot] = result;
    this.#counts[admission === 'serve' ? REPLIES : KISSES]! += 1;
  }

  #admit(client: Uint8Array, nowNs: number): Admission | 'silence' {
    const decision = this.#access.judge(client, nowNs);
    if (decision === 'serve') return 'serve';
    this.#counts[decision === 'denied' ? DENIED : LIMITED]! += 1;
    if (decision === 'denied') return this.#onDeny === 'kiss' ? 'deny' : 'silence';
    return decision === 'limited-first' ? 'rate' : 'silence';
  }
}

export default defineHandler<ReplyHandlerData>((data, tools) => new ReplyHandler(data, tools));
