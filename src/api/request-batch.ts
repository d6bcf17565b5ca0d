import { SlotMemory } from './slot-memory.js';
import type { Ns } from './time.js';

/** Octets of an address: IPv4 ones are IPv4-mapped IPv6, `::ffff:a.b.c.d`. */
const ADDRESS_OCTETS = 16;
/** Room of a request and of a reply. Longer requests are given as empty. */
export const SLOT_OCTETS = 1600;
export const SLOT_WORDS = SLOT_OCTETS / 4;
/** Requests of a worker's batch. */
export const BATCH_SLOTS = 64;

/** Octets before the arrays: `monotonicNs`, and the rest of its cache line. */
const HEAD_OCTETS = 64;
const WORD_ARRAYS = 8;
const TICKET_OCTETS = 8;
const SLOT_MEMORY = TICKET_OCTETS + WORD_ARRAYS * 4 + 2 * ADDRESS_OCTETS + 2 * SLOT_OCTETS;

/**
 * Requests that were received together, and the replies to them: arrays with one element a slot. The memory is used again for
 * each batch. Its layout is that of native/exchange.h.
 */
export class RequestBatch {
  readonly memory: ArrayBuffer;
  /**
   * For the handler to write: a number above 0 asks for the transmit stamp of the reply, which `RequestHandler.stamped` gets with
   * this number. Zero when the handler is called: no stamp.
   */
  readonly tickets: Float64Array;
  /** Lengths. A request longer than its slot has length 0. */
  readonly requestOctets: Int32Array;
  /** Lengths of the replies, for the handler to write; 0: no reply. Zero when the handler is called. */
  readonly replyOctets: Int32Array;
  /** UDP ports of the clients. */
  readonly ports: Int32Array;
  /** Clocks that stamped the arrivals: 0 is the system clock, n the nth of `InlineOptions.clocks`. */
  readonly clocks: Int32Array;
  /** Arrival by that clock, mostly the system clock: seconds since 1970, and nanoseconds. */
  readonly receivedS: Uint32Array;
  readonly receivedNs: Uint32Array;
  /** Departure of the reply, if there is one, by the system clock. Foreseen: the reply contains it, so it is written before. */
  readonly departureS: Uint32Array;
  readonly departureNs: Uint32Array;
  /** Addresses of the clients, 16 octets each. */
  readonly clients: readonly Uint8Array[];
  /** Own addresses that were asked; zeros for a socket that is bound to one address, and in line. */
  readonly locals: readonly Uint8Array[];
  readonly requests: readonly Uint8Array[];
  readonly replies: readonly Uint8Array[];
  /** The whole memory as words of this machine, for handlers that copy words. */
  readonly words: Int32Array;
  /** Places in `words` of slot 0; the next slots follow after `SLOT_WORDS` and, for `localsAt`, 4 words. */
  readonly localsAt: number;
  readonly requestsAt: number;
  readonly repliesAt: number;
  readonly #head: Float64Array;

  constructor(slots = BATCH_SLOTS) {
    const memory = new SlotMemory(slots, HEAD_OCTETS, SLOT_MEMORY);
    this.memory = memory.buffer;
    this.#head = memory.head;
    this.tickets = memory.float64();
    this.requestOctets = memory.int32();
    this.replyOctets = memory.int32();
    this.ports = memory.int32();
    this.clocks = memory.int32();
    this.receivedS = memory.uint32();
    this.receivedNs = memory.uint32();
    this.departureS = memory.uint32();
    this.departureNs = memory.uint32();
    this.clients = memory.octets(ADDRESS_OCTETS);
    this.locals = memory.octets(ADDRESS_OCTETS);
    this.requests = memory.octets(SLOT_OCTETS);
    this.replies = memory.octets(SLOT_OCTETS);
    this.words = new Int32Array(this.memory);
    this.localsAt = this.locals[0]!.byteOffset / 4;
    this.requestsAt = this.requests[0]!.byteOffset / 4;
    this.repliesAt = this.replies[0]!.byteOffset / 4;
  }

  /** CLOCK_MONOTONIC_RAW when the batch was received. */
  get monotonicNs(): Ns {
    return this.#head[0]!;
  }

  set monotonicNs(ns: Ns) {
    this.#head[0] = ns;
  }
}
