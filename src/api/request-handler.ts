import type { AesSiv } from './aes-siv.js';
import type { RequestBatch } from './request-batch.js';
import type { StampBatch } from './stamp-batch.js';
import type { Endpoint } from './udp.js';

/**
 * Answers the requests of a server, many in one call and without allocating memory. The same handler runs in a worker, a thread
 * that does nothing else, and in line, on the thread of the hub and in the lab.
 */
export interface RequestHandler {
  /** False: `answer` reads no `departureS` and `departureNs`, which then are not right. Default true. */
  readonly departures?: boolean;
  /**
   * Answers the requests in the slots `first` to `end` − 1: writes each reply, and its length, which stays 0 where there is
   * none. They are sent when the call returns. Does not throw for a request: an error ends the worker.
   */
  answer(batch: RequestBatch, first: number, end: number): void;
  /**
   * Takes the transmit stamps of the first `count` slots, of replies that got a ticket in `answer`; they come in any order. Writes
   * what is to be sent after each reply, if anything: it is sent when the call returns. `count` is 0 when stamps were only lost.
   */
  stamped?(stamps: StampBatch, count: number): void;
  /** Reports that so many replies and follow-ups could not be sent. */
  unsent(count: number): void;
}

export interface HandlerTools {
  /** A number that no other handler of this server has at the same time, from 0 to 2 × `threads` − 1; 0 in line. */
  readonly index: number;
  /** Returns unpredictable octets. */
  random(octets: number): Uint8Array;
  /** See `Context.aesSiv`. */
  readonly aesSiv?: AesSiv | undefined;
}

/** The default export of a module for workers. `D`: data that workers are given; it is cloned, shared memory is shared. */
export interface HandlerDefinition<D = unknown> {
  create(data: D, tools: HandlerTools): RequestHandler;
}

export const defineHandler = <D>(create: HandlerDefinition<D>['create']): HandlerDefinition<D> => ({ create });

/** An own address at which workers receive requests. */
export interface ServerAddress {
  /** `::` covers IPv6 and IPv4. A reply leaves from the address that was asked. */
  readonly address: string;
  readonly port: number;
  /** Share the port with the hub's own sources, which are connected to their servers. Default false. */
  readonly share?: boolean;
  /** Serve over this network interface only. */
  readonly interface?: string;
}

export interface WorkerOptions<D> {
  /** The module whose default export is the handler's definition: `new URL('./handler.js', import.meta.url)`. */
  readonly module: URL;
  readonly data: D;
  readonly listen: readonly ServerAddress[];
  /** The handler gives tickets to replies, to get their transmit stamps. Default: it gives none. */
  readonly transmitStamps?: boolean;
  /** Opens the port after each of `listen`, too, from which follow-ups may leave. What comes there is dropped. Default false. */
  readonly nextPort?: boolean;
  /** Number of workers, above 0. The kernel chooses among them by the client's address. */
  readonly threads: number;
}

/**
 * The workers of one server. The kernel starts one that has ended again, after 100 ms, doubling to 60 s; meanwhile its requests
 * wait in its socket.
 */
export interface WorkerGroup<D> {
  readonly local: readonly Endpoint[];
  /** Resolves when all workers receive requests; rejects with the error of one that does not start. */
  readonly ready: Promise<void>;
  /** Calls `handler` with a sentence when a worker has ended by itself, and with undefined when all run again. */
  onFault(handler: (fault: string | undefined) => void): void;
  /** Gives the workers other data. Each is replaced by a new one that receives from the same sockets: no request is lost. */
  replace(data: D): void;
  /** Stops the workers, then closes the sockets. Takes 0.5 s at most, unless a handler hangs. */
  close(): Promise<void>;
}
