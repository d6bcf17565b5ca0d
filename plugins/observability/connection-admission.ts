import { CpuBudget } from './cpu-budget.js';

/** CPU time of an accepted connection from its start to its end, without requests, ms (measured). */
const ACCEPTED_MS = 0.5;
/** CPU time of a connection that is closed at once, ms (measured). */
const REFUSED_MS = 0.15;
/** While the budget is used up, a peer gets at most one connection in this time, ms. */
const PEER_INTERVAL_MS = 200;
/** Maximum number of peers that are remembered. */
const MOST_PEERS = 1_024;
/** Connections are dropped until the budget for refusals holds this much, ms. */
const ENOUGH_MS = 2;

/**
 * Limits the CPU time of new connections. Within the budget all are accepted. Beyond it only those of peers that had none for
 * `PEER_INTERVAL_MS`, so a peer that connects in a loop does not keep out the others.
 */
export class ConnectionAdmission {
  readonly #now: () => number;
  readonly #accepted: CpuBudget;
  readonly #refused: CpuBudget;
  /** The time at which each peer was last admitted. */
  readonly #last = new Map<string, number>();

  /**
   * `share`: part of one processor, 0 to 1, for accepted connections. Refusing them one by one may take twice as much: only then
   * can a peer that had none for a while be accepted.
   */
  constructor(share: number, now: () => number) {
    this.#now = now;
    this.#accepted = new CpuBudget(share, now);
    this.#refused = new CpuBudget(2 * share, now);
  }

  admits(peer: string): boolean {
    const { left } = this.#accepted;
    const now = this.#now();
    const isFirst = now - (this.#last.get(peer) ?? Number.NEGATIVE_INFINITY) >= PEER_INTERVAL_MS;
    // A flood from many addresses has a first connection for each: they are accepted down to a debt of one second's budget.
    if (left <= 0 && !(isFirst && left > -this.#accepted.full)) {
      this.#refused.charge(REFUSED_MS);
      return false;
    }
    this.#accepted.charge(ACCEPTED_MS);
    if (this.#last.size >= MOST_PEERS) this.#last.clear();
    this.#last.set(peer, now);
    return true;
  }

  /** Returns the time for which the kernel must drop connections, ms, because refusing them takes too long; 0: none. */
  pause(): number {
    return this.#refused.left > 0 ? 0 : this.#refused.until(ENOUGH_MS);
  }
}
