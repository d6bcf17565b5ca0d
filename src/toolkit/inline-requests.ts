import type { SinkContext } from '../api/context.js';
import { HubError } from '../api/error.js';
import { RequestBatch } from '../api/request-batch.js';
import type { RequestHandler } from '../api/request-handler.js';
import type { Datagram, UdpOptions, UdpSocket } from '../api/udp.js';
import { octetsOf } from '../protocol/address/index.js';
import { TransmitLatency } from './transmit-latency.js';

const S = 1_000_000_000n;
const LONG_OCTETS = 128;

/**
 * Runs a request handler in line: on the hub's own thread, with the sockets of the context, one request at a time. Also the lab
 * and machines without the addon serve requests so.
 */
export class InlineRequests {
  readonly sockets: readonly UdpSocket[];
  /** May be replaced by another one at any time. */
  handler: RequestHandler;
  readonly #context: SinkContext;
  readonly #batch = new RequestBatch(1);
  readonly #latency = new TransmitLatency();
  /** The same for long requests, which are authenticated, so that their replies take longer. */
  readonly #longLatency = new TransmitLatency();

  /** Throws the errors of `network.udp`. */
  constructor(context: SinkContext, listen: readonly UdpOptions[], handler: RequestHandler) {
    this.#context = context;
    this.handler = handler;
    this.sockets = listen.map((options, index) => {
      const socket = context.network.udp(options);
      // Datagrams have numbers of their own on each socket.
      const numbered = (id: number): number => id * listen.length + index;
      socket.onDatagram((datagram) => this.#answer(socket, datagram, numbered));
      if (options.transmitStamps === true)
        socket.onSent((id, { by, time }) => {
          if (by !== 'user') this.handler.stamped?.(numbered(id), Number(time / S), Number(time % S));
        });
      return socket;
    });
  }

  close(): void {
    for (const socket of this.sockets) socket.close();
  }

  #answer(socket: UdpSocket, datagram: Datagram, numbered: (id: number) => number): void {
    const { payload, from, to, received } = datagram;
    const batch = this.#batch;
    this.#context.identity.hears(payload, from, to);
    const client = octetsOf(from.address);
    if (client === undefined) return;
    const fits = payload.length <= batch.requests[0]!.length;
    if (fits) batch.requests[0]!.set(payload);
    batch.requestOctets[0] = fits ? payload.length : 0;
    batch.replyOctets[0] = 0;
    batch.clients[0]!.set(client);
    batch.ports[0] = from.port;
    batch.monotonicNs = Number(received.monotonic);
    batch.receivedS[0] = Number(received.time / S);
    batch.receivedNs[0] = Number(received.time % S);
    const now = this.#context.read('system').time;
    const latency = payload.length < LONG_OCTETS ? this.#latency : this.#longLatency;
    const departure = latency.departure(now);
    batch.departureS[0] = Number(departure / S);
    batch.departureNs[0] = Number(departure % S);
    this.handler.answer(batch, 0, 1);
    const octets = batch.replyOctets[0]!;
    if (octets === 0) return;
    try {
      const { id, before } = socket.send(batch.replies[0]!.subarray(0, octets), from, to);
      latency.learn(Number(before.time - now));
      this.handler.sent?.(numbered(id));
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      // The source address was forged, or the client has gone: no reason to restart.
      this.handler.unsent(1);
    }
  }
}
