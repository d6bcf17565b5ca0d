import type { Socket } from 'node:net';
import { Channel } from './channel.js';
import type { Refusal } from './counters.js';
import type { Held } from './peers.js';
import { RequestHeads } from './request-heads.js';

/** Time limits of a connection, ms. */
const LIMITS = {
  /** From the connect or from the last answer until a whole request is there. */
  reading: 5_000,
  /** For a turn in the queue; after it the request is answered 503. */
  waiting: 2_000,
  /** For the peer to take an answer. */
  answering: 10_000,
  streaming: Number.POSITIVE_INFINITY,
} as const;

/** Segments in which one request may come: each costs a turn of the event loop. */
const MOST_READS = 64;

const BUSY = 'HTTP/1.1 503 Service Unavailable\r\nretry-after: 2\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';

/** The server, as its connections need it. */
export interface ConnectionOwner {
  /** Monotonic, ms. */
  now(): number;
  /** Calls `answer` of the connection in its turn. */
  queue(connection: Connection): void;
  /** Gives the channel of a connection to node:http. */
  attach(connection: Connection, channel: Channel): void;
  refused(reason: Refusal): void;
  closed(connection: Connection): void;
}

/** A peer's connection: it brings one request to node:http at a time, and the next only after the answer was taken. */
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

  /** Hands the oldest request to node:http. False: the connection has gone. */
  answer(): boolean {
    if (this.#socket.destroyed || this.#state !== 'waiting') return false;
    this.#enter('answering');
    this.#isRequest = false;
    this.#channel ??= this.#open();
    this.#channel.push(this.#heads.take());
    if (!this.#isRequest && !this.#channel.writableEnded) this.cut('malformed');
    return true;
  }

  /** node:http has made a request of the head that it was given. */
  requested(): void {
    this.#isRequest = true;
  }

  /** The answer under way is an event stream, which has no end and whose owner looks after its progress. */
  stream(): void {
    this.#enter('streaming');
    // The peer's octets are dropped from now on, but its end is seen.
    this.#socket.resume();
  }

  /** Acts when the time for the present state is over. */
  check(): void {
    if (this.#owner.now() < this.#deadline) return;
    if (this.#state === 'waiting') this.#refuseBusy();
    else if (this.#state === 'answering') this.cut('slow-reader');
    else if (this.#heads.begun || this.#channel === undefined) this.cut('slow-request');
    // A peer that is through with its requests has done nothing wrong.
    else this.#socket.destroy();
  }

  /** Ends it at once, with what is under way. */
  cut(reason: Refusal): void {
    this.#owner.refused(reason);
    this.#socket.destroy();
  }

  close(): void {
    this.#socket.destroy();
  }

  /** The peer took something, or sent a whole request. */
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
    // After a first read the stream hands on what is pushed in the same call, so that the work is measured.
    channel.read(0);
    return channel;
  }

  /** node:http has ended the channel where the connection is not to be kept. */
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
