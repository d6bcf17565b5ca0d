import { ClientHash, isClient, writeClient } from './client-hash.js';

/** A server's record of one client. */
export interface ClientRecord {
  /** 16 octets, IPv4-mapped for IPv4. The second half of an IPv6 address is zero: a /64 is one client. */
  readonly address: Uint8Array;
  /** Seconds of the server's monotonic clock. */
  readonly firstS: number;
  readonly lastS: number;
  readonly requests: number;
  /** Requests that got no time, because of access lists or the rate limit. */
  readonly refused: number;
  /** Mean of the recent intervals between requests, s; 0 before the second request. */
  readonly intervalS: number;
  /** Bits of the last request. */
  readonly traits: number;
}

/** Places of one set: a client is in any of them. */
const WAYS = 8;
/** The last places of a set are for newcomers at any time. */
const OPEN_WAYS = 2;
/** A client is known when it has asked this often, over this time. A forged address seldom is. */
const KNOWN_REQUESTS = 3;
const KNOWN_OVER_S = 8;
/** A known client keeps its place for this many of its intervals after its last request, at least an hour, at most a day. */
const KEPT_INTERVALS = 16;
const KEPT_AT_LEAST_S = 3600;
const KEPT_AT_MOST_S = 86_400;
/** Weight of the newest interval in the mean. */
const NEWEST = 0.125;

const ADDRESS_OCTETS = 16;
const NUMBERS = ['firstS', 'lastS', 'requests', 'refused', 'intervalS'] as const;
const [FIRST, LAST, REQUESTS, REFUSED, INTERVAL] = [0, 1, 2, 3, 4] as const;
type Numbers = [firstS: number, lastS: number, requests: number, refused: number, intervalS: number];
/** Octets of a client. */
const PLACE_OCTETS = NUMBERS.length * 8 + ADDRESS_OCTETS + 1;
const FREE = 0;

/** The memory of a table. Threads share it. */
interface Places {
  readonly count: number;
  readonly numbers: Float64Array;
  readonly addresses: Uint8Array;
  readonly traits: Uint8Array;
}

/** Returns new memory for a table of so many clients, rounded up to 8 times a power of two. */
export const clientMemory = (clients: number): SharedArrayBuffer =>
  new SharedArrayBuffer(WAYS * 2 ** Math.max(0, Math.ceil(Math.log2(clients / WAYS))) * PLACE_OCTETS);

function placesIn(memory: SharedArrayBuffer): Places {
  const count = memory.byteLength / PLACE_OCTETS;
  const numbers = new Float64Array(memory, 0, count * NUMBERS.length);
  const addresses = new Uint8Array(memory, numbers.byteLength, count * ADDRESS_OCTETS);
  return {
    count,
    numbers,
    addresses,
    traits: new Uint8Array(memory, numbers.byteLength + addresses.byteLength, count),
  };
}

/** Returns the clients in a table. One about which the writer is just counting may have numbers of two requests. */
export function* clientsIn(memory: SharedArrayBuffer): Generator<ClientRecord> {
  const { count, numbers, addresses, traits } = placesIn(memory);
  for (let place = 0; place < count; place++) {
    if (traits[place] === FREE) continue;
    const [firstS, lastS, requests, refused, intervalS] = numbers.subarray(
      place * NUMBERS.length,
    ) as unknown as Numbers;
    const address = addresses.slice(place * ADDRESS_OCTETS, (place + 1) * ADDRESS_OCTETS);
    yield { address, firstS, lastS, requests, refused, intervalS, traits: traits[place]! };
  }
}

/**
 * The clients of a server: a table of bounded size, which one thread writes and others read with `clientsIn`. Addresses that come once, as
 * in a flood of forged ones, displace each other and no client that asks again and again. Allocates no memory for a request.
 */
export class ClientTable {
  readonly #sets: number;
  readonly #hash: ClientHash;
  readonly #numbers: Float64Array;
  readonly #addresses: Uint8Array;
  readonly #traits: Uint8Array;

  /** `memory`: of `clientMemory`. `random`: returns unpredictable octets, so that nobody finds addresses that share a set. */
  constructor(memory: SharedArrayBuffer, random: (octets: number) => Uint8Array) {
    const { count, numbers, addresses, traits } = placesIn(memory);
    this.#sets = count / WAYS;
    this.#hash = new ClientHash(random);
    this.#numbers = numbers;
    this.#addresses = addresses;
    this.#traits = traits;
  }

  /** Counts a request. `client`: 16 octets. `traits`: above 0. `weight`: requests that it stands for. */
  count(client: Uint8Array, nowS: number, traits: number, isRefused: boolean, weight = 1): void {
    const place = this.#placeOf(client, nowS);
    if (place < 0) return;
    const numbers = this.#numbers;
    const at = place * NUMBERS.length;
    const requests = numbers[at + REQUESTS]!;
    if (requests > 0) {
      const intervalS = (nowS - numbers[at + LAST]!) / weight;
      const beforeS = numbers[at + INTERVAL]!;
      numbers[at + INTERVAL] = beforeS === 0 ? intervalS : mean(beforeS, intervalS);
    }
    numbers[at + REQUESTS] = requests + weight;
    numbers[at + LAST] = nowS;
    if (isRefused) numbers[at + REFUSED]! += weight;
    this.#traits[place] = traits;
  }

  /** Returns the client's place, a new one if it had none; −1 while all places for it are kept for others. */
  #placeOf(client: Uint8Array, nowS: number): number {
    this.#hash.hash(client);
    const base = (this.#hash.place & (this.#sets - 1)) * WAYS;
    for (let place = base; place < base + WAYS; place++) if (this.#holds(place, client)) return place;
    const place = this.#leastKept(base, nowS);
    if (place >= 0) this.#take(place, client, nowS);
    return place;
  }

  #holds(place: number, client: Uint8Array): boolean {
    return this.#traits[place] !== FREE && isClient(client, this.#addresses, place * ADDRESS_OCTETS);
  }

  /** Returns a free place of the set, else the place that was silent for longest among those that are not kept. */
  #leastKept(base: number, nowS: number): number {
    let found = -1;
    let oldestS = Number.POSITIVE_INFINITY;
    for (let place = base; place < base + WAYS; place++) {
      if (this.#traits[place] === FREE) return place;
      const lastS = this.#numbers[place * NUMBERS.length + LAST]!;
      const isOpen = place >= base + WAYS - OPEN_WAYS;
      if (lastS < oldestS && (isOpen || !this.#isKept(place, nowS))) {
        found = place;
        oldestS = lastS;
      }
    }
    return found;
  }

  #isKept(place: number, nowS: number): boolean {
    const at = place * NUMBERS.length;
    const numbers = this.#numbers;
    const isKnown =
      numbers[at + REQUESTS]! >= KNOWN_REQUESTS && numbers[at + LAST]! - numbers[at + FIRST]! >= KNOWN_OVER_S;
    if (!isKnown) return false;
    const keptS = Math.min(Math.max(KEPT_INTERVALS * numbers[at + INTERVAL]!, KEPT_AT_LEAST_S), KEPT_AT_MOST_S);
    return nowS - numbers[at + LAST]! < keptS;
  }

  #take(place: number, client: Uint8Array, nowS: number): void {
    const at = place * NUMBERS.length;
    this.#numbers.fill(0, at, at + NUMBERS.length);
    this.#numbers[at + FIRST] = nowS;
    writeClient(client, this.#addresses, place * ADDRESS_OCTETS);
  }
}

const mean = (before: number, newest: number): number => before + NEWEST * (newest - before);
