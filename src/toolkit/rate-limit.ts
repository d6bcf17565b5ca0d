import type { Ns } from '../api/time.js';
import { ClientHash } from './client-hash.js';

export interface RateLimitOptions {
  /** Mean interval between the requests of one client, ns. */
  readonly intervalNs: Ns;
  /** Requests that a client may send at once. */
  readonly burst: number;
  /** Returns unpredictable octets, so that an attacker cannot find addresses that share a place in the table. */
  readonly random: (octets: number) => Uint8Array;
  /** Size of the table, clients, rounded up to a power of two. Default 16384. */
  readonly clients?: number;
}

/** `refuse-first`: the first refusal since the client was last served. */
export type Ruling = 'serve' | 'refuse' | 'refuse-first';

const WAYS = 4;

/**
 * A bounded table of clients, each with the time at which its credit is full again (GCRA, ITU-T I.371). Refused requests cost
 * no credit, so that a client that asks too often is served at the permitted rate.
 *
 * A client is forgotten only when its credit is full, so forgetting changes nothing. A flood from forged addresses neither
 * frees a limited client nor silences others; while it lasts, new clients are served without a limit.
 */
export class RateLimit {
  readonly #intervalNs: Ns;
  readonly #toleranceNs: Ns;
  readonly #mask: number;
  readonly #tags: Uint32Array;
  readonly #wholeAt: Float64Array;
  readonly #refused: Uint8Array;
  readonly #hash: ClientHash;

  constructor({ intervalNs, burst, random, clients = 16384 }: RateLimitOptions) {
    const sets = 2 ** Math.ceil(Math.log2(clients / WAYS));
    this.#intervalNs = intervalNs;
    this.#toleranceNs = intervalNs * (burst - 1);
    this.#mask = sets - 1;
    this.#tags = new Uint32Array(sets * WAYS);
    this.#wholeAt = new Float64Array(sets * WAYS);
    this.#refused = new Uint8Array(sets * WAYS);
    this.#hash = new ClientHash(random);
  }

  /** Counts a request. `address`: octets of `octetsOf`. `nowNs`: a monotonic clock. Allocates no memory. */
  rule(address: Uint8Array, nowNs: Ns): Ruling {
    const place = this.#place(address, nowNs);
    if (place < 0) return 'serve';
    const wholeAt = Math.max(nowNs, this.#wholeAt[place]!);
    if (wholeAt - nowNs > this.#toleranceNs) {
      const first = this.#refused[place] === 0;
      this.#refused[place] = 1;
      return first ? 'refuse-first' : 'refuse';
    }
    this.#wholeAt[place] = wholeAt + this.#intervalNs;
    this.#refused[place] = 0;
    return 'serve';
  }

  /** Returns the client's place in the table, or −1 if all places for it are taken. */
  #place(address: Uint8Array, nowNs: Ns): number {
    this.#hash.hash(address);
    const { tag } = this.#hash;
    const base = (this.#hash.place & this.#mask) * WAYS;
    let free = -1;
    for (let place = base; place < base + WAYS; place++) {
      if (this.#tags[place] === tag) return place;
      if (this.#wholeAt[place]! <= nowNs) free = place;
    }
    if (free >= 0) {
      this.#tags[free] = tag;
      this.#wholeAt[free] = 0;
      this.#refused[free] = 0;
    }
    return free;
  }
}
