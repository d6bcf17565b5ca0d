import type { Socket } from 'node:net';
import { Channel } from './channel.js';
import type { Refusal } from './counters.js';
import type { Held } from './peers.js';
import { RequestHeads } from './request-heads.js';

/** Time limits of a connection, ms. */
const LIMITS = {
  /** From the connect or the last response until a complete request has arrived. */
  reading: 5_000,
  /** In the queue. After it the response is 503. */
  waiting: 2_000,
  /** Until the peer has read the response. */
  answering: 10_000,
  streaming: Number.POSITIVE_INFINITY,
} as const;

/** Maximum number of reads for one request: each takes a turn of the event loop. */
const MOST_READS = 64;

const BUSY = 'HTTP/1.1 503 Service Unavailable\r\nretry-after: 2\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';

/** The part of the server that its connections use. */
export interface ConnectionOwner {
  /** Monotonic, ms. */
  now(): number;
  /** Queues the connection: its `answer` is called when its turn comes. */
  queue(connection: Connection): void;
  /** Gives the channel of a connection to node:http. */
  attach(connection: Connection, channel: Channel): void;
  refused(reason: Refusal): void;
  closed(connection: Connection): void;
}

/** A peer's connection. It passes one request at a time to node:http, and the next after the peer has read the response. */
export class Connection implements Held {
  readonly peer: string;
  progressAt: number;
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #heads = new RequestHeads();
  #channel: Channel | undefined;
  #state: keyof typeof LIMITS = 'reading';
  #deadline = 0;
  #reads = 0;
  #peerHasEnded = false;
  #isRequest = false;

  constructor(socket: Socket, peer: string, owner: ConnectionOwner) {
    this.#socket = socket;
    this.peer = peer;
    this.#owner = owner;
    this.progressAt = owner.now();
    this.#enter('reading');
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('end', () => this.#end());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#channel?.destroy();
      owner.closed(this);
    });
  }

  /** Passes the oldest request to node:http. Returns false when the connection is closed. */
  answer(): boolean {
    if (this.#socket.destroyed || this.#state !== 'waiting') return false;
    this.#enter('answering');
    this.#isRequest = false;
    this.#channel ??= this.#open();
    this.#channel.push(this.#heads.take());
    if (!this.#isRequest && !this.#channel.writableEnded) this.cut('malformed');
    return true;
  }

  /** Called when node:http has parsed the head as a request. */
  requested(): void {
    this.#isRequest = true;
  }

  /** Called when the response is an event stream, which has no end. `Streams` watches its progress. */
  stream(): void {
    this.#enter('streaming');
    // Input is discarded from now on, but the end of the connection is still noticed.
    this.#socket.resume();
  }

  /** Closes the connection or answers 503 when the time limit of the present state has passed. */
  check(): void {
    if (this.#owner.now() < this.#deadline) return;
    if (this.#state === 'waiting') this.#refuseBusy();
    else if (this.#state === 'answering') this.cut('slow-reader');
    else if (this.#heads.begun || this.#channel === undefined) this.cut('slow-request');
    // An idle peer without a request is not counted as a refusal.
    else this.#socket.destroy();
  }

  /** Closes the connection at once, even during a response, and counts the reason. */
  cut(reason: Refusal): void {
    this.#owner.refused(reason);
    this.#socket.destroy();
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Notes that the peer has read data or sent a complete request. */
  progress(): void {
    this.progressAt = this.#owner.now();
  }

  #enter(state: keyof typeof LIMITS): void {
    this.#state = state;
    this.#deadline = this.#owner.now() + LIMITS[state];
    this.#reads = 0;
  }

  #receive(chunk: Buffer): void {
    if (++this.#reads > MOST_READS) this.cut('slow-request');
    else if (this.#state === 'streaming') return;
    else if (this.#heads.add(chunk)) this.#advance();
    else this.cut('pipelining');
  }

  #end(): void {
    this.#peerHasEnded = true;
    if (this.#state === 'streaming') this.#socket.destroy();
    else this.#advance();
  }

  #advance(): void {
    if (this.#state !== 'reading') return;
    if (this.#heads.complete) {
      this.#enter('waiting');
      this.progress();
      this.#socket.pause();
      this.#owner.queue(this);
    } else if (this.#peerHasEnded) this.#socket.destroySoon();
  }

  #open(): Channel {
    const channel = new Channel(this.#socket, () => this.#answered());
    this.#owner.attach(this, channel);
    // After a first read the stream delivers a pushed head within the call of `push`, so its CPU time is measured.
    channel.read(0);
    return channel;
  }

  /** Reads the next request. If the connection is not kept alive, node:http has ended the channel. */
  #answered(): void {
    if (this.#socket.destroyed || this.#channel!.writableEnded) return;
    this.#enter('reading');
    this.progress();
    this.#socket.resume();
    this.#advance();
  }

  #refuseBusy(): void {
    this.#owner.refused('busy');
    this.#enter('answering');
    this.#socket.write(BUSY);
    this.#socket.destroySoon();
  }
}
