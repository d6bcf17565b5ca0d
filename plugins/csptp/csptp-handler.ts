import { defineHandler, type HandlerTools, type RequestBatch, type RequestHandler, type StampBatch } from 'timehub/api';
import { covers, type Subnet } from 'timehub/protocol/address';
import { type CsptpReplyContext, followUp, respond, syncKey } from 'timehub/protocol/csptp';
import { EVENT_PORT, GENERAL_PORT } from 'timehub/protocol/ptp';
import { AccessControl, type AccessOptions, SharedCounts } from 'timehub/toolkit';
import { CSPTP_COUNT_NAMES, type CsptpCount } from './csptp-counts.js';
import { CsptpState } from './csptp-state.js';

/** Data that the server gives to the handlers of its requests. */
export interface CsptpHandlerData {
  readonly access: AccessOptions;
  /** Clients whose requests may be shorter than the answer. */
  readonly amplify: readonly Subnet[];
  readonly steps: 1 | 2;
  /** Memory of the `CsptpState` and of the `SharedCounts`. */
  readonly state: SharedArrayBuffer;
  readonly counts: SharedArrayBuffer;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const placeOf = (name: CsptpCount): number => CSPTP_COUNT_NAMES.indexOf(name);
const REQUESTS = placeOf('requests');
const REPLIES = placeOf('replies');
const FOLLOW_UPS = placeOf('followups');
const UNSTAMPED = placeOf('unstamped');
const DENIED = placeOf('denied');
const LIMITED = placeOf('limited');
const SHORT = placeOf('short');
const IGNORED = placeOf('ignored');
const UNSENT = placeOf('unsent');

/** messageType. */
const SYNC = 0;

export const isSync = (payload: Uint8Array): boolean => payload.length > 0 && (payload[0]! & 0x0f) === SYNC;

/**
 * Answers CSPTP requests: each passes access lists, rate limit and `respond`. In two steps the ticket of a reply is all that its
 * Follow_Up needs, so no state is kept. It allocates no memory.
 */
class CsptpHandler implements RequestHandler {
  /** In two steps no reply states its departure. */
  readonly departures: boolean;
  readonly #access: AccessControl;
  readonly #amplify: readonly Subnet[];
  readonly #counts: Float64Array;
  readonly #state: CsptpState;
  readonly #context: Mutable<CsptpReplyContext>;

  constructor(data: CsptpHandlerData, { index, random }: HandlerTools) {
    this.departures = data.steps === 1;
    this.#access = new AccessControl(data.access, random);
    this.#amplify = data.amplify;
    this.#counts = new SharedCounts(CSPTP_COUNT_NAMES, data.counts).of(index);
    this.#state = new CsptpState(data.state);
    this.#context = {
      timeFlags: 0,
      status: this.#state.status,
      alternate: new Uint8Array(0),
      amplify: 'never',
      receiveSeconds: 0,
      receiveNanoseconds: 0,
      steps: data.steps,
      transmitSeconds: 0,
      transmitNanoseconds: 0,
    };
  }

  answer(batch: RequestBatch, first: number, end: number): void {
    this.#refresh();
    for (let slot = first; slot < end; slot++) this.#counts[this.#answer(batch, slot)]! += 1;
  }

  /**
   * Writes the Follow_Ups. They go to port 320 of a client that asked from 319; to the client's own port otherwise: it may be
   * behind a NAT.
   */
  stamped(stamps: StampBatch, count: number): void {
    this.#counts[UNSTAMPED]! += stamps.lost;
    this.#refresh();
    for (let slot = 0; slot < count; slot++) {
      const clock = stamps.clocks[slot]!;
      if (!this.#state.knows(clock)) continue;
      const time = this.#state.times[clock]!;
      time.at(stamps.sentS[slot]!, stamps.sentNs[slot]!);
      const key = stamps.tickets[slot]! - 1;
      stamps.followUpOctets[slot] = followUp(key, time.seconds, time.ns, stamps.followUps[slot]!);
      this.#counts[FOLLOW_UPS]! += 1;
      if (stamps.ports[slot] !== EVENT_PORT) continue;
      stamps.ports[slot] = GENERAL_PORT;
      stamps.fromNextPort[slot] = 1;
    }
  }

  unsent(count: number): void {
    this.#counts[UNSENT]! += count;
  }

  #refresh(): void {
    if (!this.#state.refresh()) return;
    this.#context.timeFlags = this.#state.timeFlags;
    this.#context.status = this.#state.status;
  }

  /** Returns the place of the count beside that of requests. */
  #answer(batch: RequestBatch, slot: number): number {
    this.#counts[REQUESTS]! += 1;
    const request = batch.requests[slot]!;
    const octets = batch.requestOctets[slot]!;
    // Traffic of PTP ports that share port 319 is not counted against the rate of its sender.
    if (octets === 0 || (request[0]! & 0x0f) !== SYNC) return IGNORED;
    const client = batch.clients[slot]!;
    const decision = this.#access.judge(client, batch.monotonicNs);
    if (decision !== 'serve') return decision === 'denied' ? DENIED : LIMITED;
    const clock = batch.clocks[slot]!;
    if (!this.#state.knows(clock)) return IGNORED;
    const context = this.#context;
    this.#writeTimes(batch, slot, clock);
    context.amplify = covers(this.#amplify, client) ? 'trusted' : 'never';
    const length = respond(request, octets, context, batch.replies[slot]!);
    if (length === 0) return this.#isShort(request, octets, batch.replies[slot]!) ? SHORT : IGNORED;
    batch.replyOctets[slot] = length;
    if (context.steps === 2) batch.tickets[slot] = 1 + syncKey(batch.replies[slot]!);
    return REPLIES;
  }

  #writeTimes(batch: RequestBatch, slot: number, clock: number): void {
    const context = this.#context;
    const arrival = this.#state.times[clock]!;
    arrival.at(batch.receivedS[slot]!, batch.receivedNs[slot]!);
    context.receiveSeconds = arrival.seconds;
    context.receiveNanoseconds = arrival.ns;
    if (context.steps === 2) return;
    // Foreseen by the system clock, whichever clock stamps.
    const departure = this.#state.times[0]!;
    departure.at(batch.departureS[slot]!, batch.departureNs[slot]!);
    context.transmitSeconds = departure.seconds;
    context.transmitNanoseconds = departure.ns;
  }

  /** Returns true if the request would be answered if it were longer. */
  #isShort(request: Uint8Array, octets: number, reply: Uint8Array): boolean {
    const context = this.#context;
    if (context.amplify === 'trusted') return false;
    context.amplify = 'trusted';
    return respond(request, octets, context, reply) > 0;
  }
}

export default defineHandler<CsptpHandlerData>((data, tools) => new CsptpHandler(data, tools));
