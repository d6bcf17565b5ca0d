import type { SinkContext } from '../api/context.js';
import { HubError } from '../api/error.js';
import { RequestBatch } from '../api/request-batch.js';
import type { RequestHandler } from '../api/request-handler.js';
import { StampBatch } from '../api/stamp-batch.js';
import type { ClockId, Instant, Ns, Stamp } from '../api/time.js';
import type { Datagram, UdpOptions, UdpSocket } from '../api/udp.js';
import { octetsOf } from '../protocol/address/index.js';
import { AwaitedStamps } from './awaited-stamps.js';
import { TransmitLatency } from './transmit-latency.js';

const S = 1_000_000_000n;
const LONG_OCTETS = 128;

export interface InlineOptions {
  readonly listen: readonly UdpOptions[];
  /** For each of `listen` the socket from which follow-ups leave that are to leave from the next port. Default: none. */
  readonly nextPorts?: readonly UdpOptions[];
  /** Hardware clocks whose stamps the handler knows: `RequestBatch.clocks`. Requests with stamps of others are dropped. */
  readonly clocks?: readonly ClockId[];
  /** Returns false for other traffic at the same port, which the handler ignores. */
  readonly isRequest?: (payload: Uint8Array) => boolean;
}

/** One own address. */
interface Place {
  readonly event: UdpSocket;
  readonly next: UdpSocket | undefined;
  readonly awaited: AwaitedStamps;
}

/** The first octets of a buffer, as views that are made once. */
class Beginnings {
  readonly #octets: Uint8Array;
  readonly #views: Uint8Array[] = [];

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  of(count: number): Uint8Array {
    this.#views[count] ??= this.#octets.subarray(0, count);
    return this.#views[count];
  }
}

/**
 * Runs a request handler in line: on the hub's own thread, with the sockets of the context, one request at a time. Also the lab
 * and machines without the addon serve requests so.
 */
export class InlineRequests {
  readonly sockets: readonly UdpSocket[];
  #handler: RequestHandler;
  readonly #context: SinkContext;
  readonly #options: InlineOptions;
  readonly #places: readonly Place[];
  readonly #clocks: readonly ClockId[];
  readonly #batch = new RequestBatch(1);
  readonly #stamps = new StampBatch(1);
  readonly #replies = new Beginnings(this.#batch.replies[0]!);
  readonly #followUps = new Beginnings(this.#stamps.followUps[0]!);
  readonly #latency = new TransmitLatency();
  /** The same for long requests, which are authenticated, so that their replies take longer. */
  readonly #longLatency = new TransmitLatency();

  /** Throws the errors of `network.udp`. */
  constructor(context: SinkContext, options: InlineOptions, handler: RequestHandler) {
    this.#context = context;
    this.#options = options;
    this.#handler = handler;
    this.#clocks = ['system', ...(options.clocks ?? [])];
    this.#places = this.#open();
    this.sockets = this.#places.map(({ event }) => event);
  }

  /** Stamps of replies that another handler wrote are dropped. */
  set handler(handler: RequestHandler) {
    for (const { awaited } of this.#places) awaited.clear();
    this.#reportLost();
    this.#handler = handler;
  }

  /** Tells the handler of replies whose stamps have not come for 1 s. */
  sweep(): void {
    const now = Number(this.#context.monotonic());
    for (const { awaited } of this.#places) awaited.sweep(now);
    this.#reportLost();
  }

  close(): void {
    for (const { event, next } of this.#places) {
      event.close();
      next?.close();
    }
  }

  #open(): readonly Place[] {
    const opened: UdpSocket[] = [];
    const open = (options: UdpOptions): UdpSocket => {
      const socket = this.#context.network.udp(options);
      opened.push(socket);
      return socket;
    };
    const { listen, nextPorts } = this.#options;
    try {
      return listen.map((options, index) => {
        const event = open(options);
        const next = nextPorts?.[index];
        const place = { event, next: next && open(next), awaited: new AwaitedStamps() };
        event.onDatagram((datagram) => this.#answer(place, datagram));
        if (options.transmitStamps === true) event.onSent((id, sent) => this.#stamped(place, id, sent));
        return place;
      });
    } catch (error) {
      for (const socket of opened) socket.close();
      throw error;
    }
  }

  #answer(place: Place, datagram: Datagram): void {
    const { payload, from, to, received } = datagram;
    const batch = this.#batch;
    if (this.#options.isRequest?.(payload) !== false) this.#context.identity.hears(payload, from, to);
    const client = octetsOf(from.address);
    const clock = this.#clocks.indexOf(received.clock);
    if (client === undefined || clock < 0) return;
    const fits = payload.length <= batch.requests[0]!.length;
    if (fits) batch.requests[0]!.set(payload);
    batch.requestOctets[0] = fits ? payload.length : 0;
    batch.replyOctets[0] = 0;
    batch.tickets[0] = 0;
    batch.clients[0]!.set(client);
    batch.ports[0] = from.port;
    batch.monotonicNs = Number(received.monotonic);
    batch.clocks[0] = clock;
    const seconds = received.time / S;
    batch.receivedS[0] = Number(seconds);
    batch.receivedNs[0] = Number(received.time - seconds * S);
    const latency = payload.length < LONG_OCTETS ? this.#latency : this.#longLatency;
    const now = this.#handler.departures === false ? undefined : this.#foresee(latency);
    this.#handler.answer(batch, 0, 1);
    const octets = batch.replyOctets[0]!;
    if (octets === 0) return;
    try {
      const { id, before } = place.event.send(this.#replies.of(octets), from, to);
      if (now !== undefined) latency.learn(Number(before.time - now));
      this.#await(place, id, datagram);
    } catch (error) {
      this.#countUnsent(error);
    }
  }

  /** Writes when the reply leaves, and returns the present time. */
  #foresee(latency: TransmitLatency): Instant {
    const now = this.#context.read('system').time;
    const departure = latency.departure(now);
    const seconds = departure / S;
    this.#batch.departureS[0] = Number(seconds);
    this.#batch.departureNs[0] = Number(departure - seconds * S);
    return now;
  }

  #await({ awaited }: Place, id: number, { from, to }: Datagram): void {
    const ticket = this.#batch.tickets[0]!;
    if (ticket === 0) return;
    const now: Ns = this.#batch.monotonicNs;
    awaited.add(id, ticket, now, from, to);
    awaited.sweep(now);
    this.#reportLost();
  }

  #stamped({ event, next, awaited }: Place, id: number, { clock, by, time }: Stamp): void {
    const index = this.#clocks.indexOf(clock);
    const place = by === 'user' || index < 0 ? -1 : awaited.take(id);
    if (place < 0) return;
    const stamps = this.#stamps;
    const client = awaited.client(place);
    stamps.lost = 0;
    stamps.tickets[0] = awaited.ticket(place);
    stamps.clocks[0] = index;
    const seconds = Number(time / S);
    stamps.sentS[0] = seconds;
    stamps.sentNs[0] = Number(time - BigInt(seconds) * S);
    stamps.ports[0] = client.port;
    stamps.fromNextPort[0] = 0;
    stamps.followUpOctets[0] = 0;
    this.#handler.stamped?.(stamps, 1);
    const octets = stamps.followUpOctets[0]!;
    if (octets === 0) return;
    const port = stamps.ports[0]!;
    const socket = stamps.fromNextPort[0] === 1 ? (next ?? event) : event;
    const to = port === client.port ? client : { address: client.address, port };
    try {
      socket.send(this.#followUps.of(octets), to, awaited.local(place));
    } catch (error) {
      this.#countUnsent(error);
    }
  }

  #reportLost(): void {
    let lost = 0;
    for (const { awaited } of this.#places) lost += awaited.takeLost();
    if (lost === 0) return;
    this.#stamps.lost = lost;
    this.#handler.stamped?.(this.#stamps, 0);
  }

  /** The source address was forged, or the client has gone: no reason to restart. */
  #countUnsent(error: unknown): void {
    if (!(error instanceof HubError)) throw error;
    this.#handler.unsent(1);
  }
}
