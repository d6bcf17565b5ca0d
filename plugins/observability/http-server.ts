import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Timer } from 'timehub/api';
import type { Channel } from './channel.js';
import type { WorkClock } from './clock.js';
import { Connection, type ConnectionOwner } from './connection.js';
import type { ConnectionAdmission } from './connection-admission.js';
import type { HttpCounters } from './counters.js';
import { CpuBudget } from './cpu-budget.js';
import { peerKey, toEvict } from './peers.js';
import { WorkQueue } from './work-queue.js';

/** Interval at which the deadlines of connections are checked, ms. */
const CHECK_EVERY = 500;

export interface HttpServerOptions {
  readonly clock: WorkClock;
  readonly counters: HttpCounters;
  readonly maxConnections: number;
  /** Part of one processor that requests may use, 0 to 1. */
  readonly share: number;
  /** Limits new connections. Undefined: all are accepted. */
  readonly admission: ConnectionAdmission | undefined;
  /** Answers within this call, or turns the connection into an event stream. */
  readonly answer: (request: IncomingMessage, response: ServerResponse, connection: Connection) => void;
  /** Answers a request with `Expect: 100-continue`. */
  readonly refuseBody: (request: IncomingMessage, response: ServerResponse) => void;
}

/**
 * Accepts connections and answers their requests within a budget of CPU time. When all connections are in use, a new one
 * replaces the one that `toEvict` returns.
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
    // `Connection` has its own time limits.
    const untimed = { headersTimeout: 0, requestTimeout: 0, keepAliveTimeout: 0 };
    this.#http = createHttpServer({ ...untimed, maxHeaderSize: 8_192 })
      .on('request', (request, response) => this.#answer(request, response, options.answer))
      // Without these handlers node:http asks the client to send its body.
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
    // A peer at a Unix socket has no address, so each connection counts as a peer.
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
    // The lowest possible limit: while one connection is open, Node drops all others before it makes a socket.
    this.listener.maxConnections = 1;
    clock.after(pause, () => {
      this.listener.maxConnections = Number.POSITIVE_INFINITY;
    });
  }

  #admit(socket: Socket, peer: string): void {
    if (this.#connections.size >= this.#options.maxConnections) {
      const evicted = toEvict(this.#connections, peer)!;
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
