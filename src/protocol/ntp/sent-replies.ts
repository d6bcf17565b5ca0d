import { isMappedV4 } from '../address/index.js';

export interface SentRepliesOptions {
  /** Size of the table, replies, rounded up to a power of two. Default 8192, of 21 octets each. */
  readonly replies?: number;
  /** Returns unpredictable octets, so that a client cannot find addresses that share its places. */
  readonly random: (octets: number) => Uint8Array;
}

/** Places of one set: a client uses one at a time, or two while a reply is on its way. Clients behind one address share a set. */
const WAYS = 8;
const DEFAULT_REPLIES = 8192;
/** Tickets are above it. */
export const NO_TICKET = 0;
const V4_OCTETS = 4;
/** A /64 is one client, because its owner has all addresses in it. */
const V6_OCTETS = 8;

/**
 * The last replies of one socket of a server to clients in the interleaved mode, by their receive timestamps, with the exact transmit
 * timestamps that the kernel gives later (RFC 9769 §2). The size is fixed. A client can only push out replies to clients that
 * share its set of places, which an address decides by a random hash; a client that is pushed out is answered in the basic mode.
 * Nothing is allocated after the construction.
 */
export class SentReplies {
  readonly #mask: number;
  readonly #words: Uint32Array;
  readonly #receiveSeconds: Uint32Array;
  readonly #receiveFraction: Uint32Array;
  readonly #transmitSeconds: Uint32Array;
  readonly #transmitFraction: Uint32Array;
  /** 0: the place is free. 1: the transmit timestamp is not known yet. 2: it is. */
  readonly #state: Uint8Array;
  /** The next place of each set to overwrite. */
  readonly #next: Uint8Array;
  /** Number of replies that have had each place. */
  readonly #turn: Uint32Array;
  #ticket = NO_TICKET;
  #isInterleaved = false;

  constructor({ replies = DEFAULT_REPLIES, random }: SentRepliesOptions) {
    const sets = 2 ** Math.max(0, Math.ceil(Math.log2(replies / WAYS)));
    const places = sets * WAYS;
    this.#mask = sets - 1;
    this.#words = new Uint32Array(Uint8Array.from(random(V6_OCTETS * 256 * 4)).buffer);
    this.#receiveSeconds = new Uint32Array(places);
    this.#receiveFraction = new Uint32Array(places);
    this.#transmitSeconds = new Uint32Array(places);
    this.#transmitFraction = new Uint32Array(places);
    this.#state = new Uint8Array(places);
    this.#next = new Uint8Array(sets);
    this.#turn = new Uint32Array(places);
  }

  /** To be called before each request. */
  begin(): void {
    this.#ticket = NO_TICKET;
    this.#isInterleaved = false;
  }

  /** The reply that `save` has noted since `begin`, for `stamp`; `NO_TICKET`: none. */
  get ticket(): number {
    return this.#ticket;
  }

  /** `take` has found a reply since `begin`. */
  get isInterleaved(): boolean {
    return this.#isInterleaved;
  }

  /**
   * Returns the place of the reply to this client with that receive timestamp, and forgets it, because each is used for one
   * answer only. −1: it is not known, or its transmit timestamp is not. `client`: octets of the address.
   */
  take(client: Uint8Array, seconds: number, fraction: number): number {
    const base = this.#setOf(client) * WAYS;
    for (let place = base; place < base + WAYS; place++) {
      if (this.#receiveFraction[place] !== fraction || this.#receiveSeconds[place] !== seconds) continue;
      const isKnown = this.#state[place] === 2;
      this.#state[place] = 0;
      if (!isKnown) continue;
      this.#isInterleaved = true;
      return place;
    }
    return -1;
  }

  /** Timestamps of the reply at a place that `take` has returned. */
  transmitSeconds(place: number): number {
    return this.#transmitSeconds[place]!;
  }

  transmitFraction(place: number): number {
    return this.#transmitFraction[place]!;
  }

  /** Notes a reply by its receive timestamp. One that has the receive timestamp of another one is not noted. */
  save(client: Uint8Array, seconds: number, fraction: number): void {
    const set = this.#setOf(client);
    const base = set * WAYS;
    for (let place = base; place < base + WAYS; place++) {
      if (this.#receiveFraction[place] !== fraction || this.#receiveSeconds[place] !== seconds) continue;
      // Neither of two replies can be told from the other.
      this.#state[place] = 0;
      return;
    }
    const place = base + this.#next[set]!;
    this.#next[set] = (this.#next[set]! + 1) % WAYS;
    this.#receiveSeconds[place] = seconds;
    this.#receiveFraction[place] = fraction;
    this.#state[place] = 1;
    this.#turn[place]!++;
    this.#ticket = this.#ticketAt(place);
  }

  /** Takes the exact transmit timestamp of the reply with this ticket. It is ignored if the reply is forgotten. */
  stamp(ticket: number, seconds: number, fraction: number): void {
    if (ticket === NO_TICKET) return;
    const place = ticket % this.#state.length;
    if (this.#state[place] !== 1 || this.#ticketAt(place) !== ticket) return;
    this.#transmitSeconds[place] = seconds;
    this.#transmitFraction[place] = fraction;
    this.#state[place] = 2;
  }

  /** Another one for each reply at the place, above 0. */
  #ticketAt(place: number): number {
    return this.#turn[place]! * this.#state.length + place;
  }

  /** Tabulation hashing: a random word for each value of each octet. */
  #setOf(client: Uint8Array): number {
    const isV4 = isMappedV4(client);
    const from = isV4 ? 12 : 0;
    const count = isV4 ? V4_OCTETS : V6_OCTETS;
    let hash = 0;
    for (let i = 0; i < count; i++) hash ^= this.#words[i * 256 + client[from + i]!]!;
    return (hash & this.#mask) >>> 0;
  }
}
