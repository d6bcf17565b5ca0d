import type { Ns } from '../api/time.js';
import type { Endpoint } from '../api/udp.js';

/** Replies whose stamps may be awaited at once. */
const CAPACITY = 1024;
const PATIENCE_NS = 1e9;

/**
 * The replies of one socket whose transmit stamps are awaited, by the numbers of their datagrams. A stamp may never come: after 1 s,
 * or when 1024 later replies are awaited, a reply is given up. Nothing is allocated after the construction.
 */
export class AwaitedStamps {
  readonly #ids = new Float64Array(CAPACITY).fill(-1);
  readonly #tickets = new Float64Array(CAPACITY);
  readonly #sentNs = new Float64Array(CAPACITY);
  readonly #clients = new Array<Endpoint | undefined>(CAPACITY).fill(undefined);
  readonly #locals = new Array<string>(CAPACITY).fill('');
  /** Numbers of the oldest reply that may be awaited, and of the next one. */
  #oldest = 0;
  #next = 0;
  #lost = 0;

  /** Returns the number of replies that were given up since the last call. */
  takeLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  /** `id`: number of the datagram, ascending. `nowNs`: a monotonic clock. `local`: the own address that was asked. */
  add(id: number, ticket: number, nowNs: Ns, client: Endpoint, local: string): void {
    if (id < this.#next) this.clear();
    const from = Math.max(this.#oldest, this.#next - CAPACITY);
    for (let old = from; old <= id - CAPACITY && old < this.#next; old++) this.#giveUp(old);
    if (this.#next === this.#oldest) this.#oldest = id;
    this.#oldest = Math.max(this.#oldest, id - CAPACITY + 1);
    this.#next = id + 1;
    const at = id % CAPACITY;
    this.#ids[at] = id;
    this.#tickets[at] = ticket;
    this.#sentNs[at] = nowNs;
    this.#clients[at] = client;
    this.#locals[at] = local;
  }

  /** Returns the place of a reply, which is no longer awaited; −1: it is not. The place is valid until the next `add`. */
  take(id: number): number {
    const at = id % CAPACITY;
    if (this.#ids[at] !== id) return -1;
    this.#ids[at] = -1;
    return at;
  }

  ticket(place: number): number {
    return this.#tickets[place]!;
  }

  client(place: number): Endpoint {
    return this.#clients[place]!;
  }

  local(place: number): string {
    return this.#locals[place]!;
  }

  /** Gives up the replies that were sent 1 s or more before. */
  sweep(nowNs: Ns): void {
    for (; this.#oldest < this.#next; this.#oldest++) {
      const at = this.#oldest % CAPACITY;
      if (this.#ids[at] !== this.#oldest) continue;
      if (nowNs - this.#sentNs[at]! < PATIENCE_NS) return;
      this.#giveUp(this.#oldest);
    }
  }

  /** Gives up all. */
  clear(): void {
    for (let id = this.#oldest; id < this.#next; id++) this.#giveUp(id);
    this.#oldest = this.#next = 0;
  }

  #giveUp(id: number): void {
    if (this.take(id) >= 0) this.#lost++;
  }
}
