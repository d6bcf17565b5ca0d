import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Timer } from 'timehub/api';
import type { Admission } from './admission.js';
import type { Channel } from './channel.js';
import type { WorkClock } from './clock.js';
import { Connection, type ConnectionOwner } from './connection.js';
import type { HttpCounters } from './counters.js';
import { CpuBudget } from './cpu-budget.js';
import { givesWay, peerKey } from './peers.js';
import { WorkQueue } from './work-queue.js';

/** Deadlines of connections are looked at so often, ms. */
const CHECK_EVERY = 500;

export interface HttpServerOptions {
  readonly clock: WorkClock;
  readonly counters: HttpCounters;
  readonly maxConnections: number;
  /** The share of one processor that requests may take, 0 to 1. */
  readonly share: number;
  /** Chooses among new connections. Undefined: all are taken. */
  readonly admission: Admission | undefined;
  /** Answers in this call, or makes an event stream of the connection. */
  readonly answer: (request: IncomingMessage, response: ServerResponse, connection: Connection) => void;
  /** Answers a request that waits to be told to send its body. */
  readonly refuseBody: (request: IncomingMessage, response: ServerResponse) => void;
}

/**
 * Listens for connections and answers their requests within a share of CPU time. When all connections are taken a new one
 * takes the place of the one that `givesWay`.
 */
export class HttpServer {
  readonly listener: Server;
  readonly #options: HttpServerOptions;
  readonly #queue: WorkQueue;
  readonly #connections = new Set<Connection>();
  readonly #byChannel = new WeakMap<object, Connection>();
  readonly #http;
  readonly #owner: ConnectionOwner;
  #checking: Timer | undefined;
  #admitted = 0;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    const { clock, counters, share } = options;
    this.#queue = new WorkQueue(clock, new CpuBudget(share, () => clock.now()));
    this.#owner = {
      now: () => clock.now(),
      queue: (connection) => this.#queue.add(connection.peer, () => connection.answer()),
      attach: (connection, channel) => {
        this.#byChannel.set(channel, connection);
        this.#http.emit('connection', channel);
      },
      refused: (reason) => counters.refusal(reason),
      closed: (connection) => void this.#connections.delete(connection),
    };
    // The time limits are those of `Connection`.
    const untimed = { headersTimeout: 0, requestTimeout: 0, keepAliveTimeout: 0 };
    this.#http = createHttpServer({ ...untimed, maxHeaderSize: 8_192 })
      .on('request', (request, response) => this.#answer(request, response, options.answer))
      // Without these node:http asks the client to send its body.
      .on('checkContinue', (request, response) => this.#answer(request, response, options.refuseBody))
      .on('checkExpectation', (request, response) => this.#answer(request, response, options.refuseBody))
      .on('clientError', (error: NodeJS.ErrnoException, channel) => this.#refuseMalformed(error, channel));
    this.listener = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket)).on(
      'drop',
      () => counters.refusal('flood'),
    );
  }

  close(): Promise<void> {
    this.#checking?.cancel();
    return new Promise((resolve) => {
      this.listener.close(() => resolve());
      for (const connection of this.#connections) connection.close();
    });
  }

  #accept(socket: Socket): void {
    const { admission, clock, counters } = this.#options;
    // The peers of a Unix socket have no address: each connection counts as a peer.
    const { remoteAddress } = socket;
    const peer = remoteAddress === undefined ? `client ${++this.#admitted}` : peerKey(remoteAddress);
    if (admission === undefined || admission.admits(peer)) {
      this.#admit(socket, peer);
      return;
    }
    counters.refusal('flood');
    socket.destroy();
    const pause = admission.pause();
    if (pause === 0) return;
    // The lowest limit there is: with one connection open, all others are dropped before a socket is made of them.
    this.listener.maxConnections = 1;
    clock.after(pause, () => {
      this.listener.maxConnections = Number.POSITIVE_INFINITY;
    });
  }

  #admit(socket: Socket, peer: string): void {
    if (this.#connections.size >= this.#options.maxConnections) {
      const evicted = givesWay(this.#connections, peer)!;
      this.#connections.delete(evicted);
      evicted.cut('evicted');
    }
    this.#connections.add(new Connection(socket, peer, this.#owner));
    this.#checking ??= this.#checkLater();
  }

  #checkLater(): Timer {
    return this.#options.clock.after(CHECK_EVERY, () => {
      for (const connection of this.#connections) connection.check();
      this.#checking = this.#connections.size === 0 ? undefined : this.#checkLater();
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse, answer: HttpServerOptions['answer']): void {
    const channel = request.socket as unknown as Channel;
    response.once('close', channel.onAnswered);
    this.#options.counters.request();
    const connection = this.#byChannel.get(channel)!;
    connection.requested();
    answer(request, response, connection);
  }

  #refuseMalformed({ code }: NodeJS.ErrnoException, channel: Duplex): void {
    this.#options.counters.refusal('malformed');
    const reason = code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
    if (channel.writable) channel.end(`HTTP/1.1 ${reason}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
  }
}
