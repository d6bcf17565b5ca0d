import { CpuBudget } from './cpu-budget.js';

/** CPU time of a connection from the connect to its end, without requests, and of one that is closed at once, ms (measured). */
const TAKEN = 0.5;
const REFUSED = 0.15;
/** While connections come too fast each peer may have one in this time, ms. */
const APART = 200;
const MOST_PEERS = 1_024;
/** Connections are dropped for at least as long as it takes to earn this much, ms. */
const WORTH_ADMITTING = 2;

/**
 * Chooses among new connections by what they cost, whatever they ask: within a share of CPU time all are taken, beyond it those
 * of peers that have had none for a while, so that one peer that connects in a loop does not keep out the others.
 */
export class Admission {
  readonly #now: () => number;
  readonly #taken: CpuBudget;
  readonly #refused: CpuBudget;
  /** The time at which each peer was last admitted. */
  readonly #last = new Map<string, number>();

  /**
   * `share`: of one processor, 0 to 1, for connections that are taken, and twice as much for those that are refused: while they
   * are refused one by one, a peer that has had none for a while is let in.
   */
  constructor(share: number, now: () => number) {
    this.#now = now;
    this.#taken = new CpuBudget(share, now);
    this.#refused = new CpuBudget(2 * share, now);
  }

  admits(peer: string): boolean {
    const { left } = this.#taken;
    const now = this.#now();
    const isFirst = now - (this.#last.get(peer) ?? Number.NEGATIVE_INFINITY) >= APART;
    // Peers of many addresses are many firsts: a debt of a second is the end of that.
    if (left <= 0 && !(isFirst && left > -this.#taken.full)) {
      this.#refused.charge(REFUSED);
      return false;
    }
    this.#taken.charge(TAKEN);
    if (this.#last.size >= MOST_PEERS) this.#last.clear();
    this.#last.set(peer, now);
    return true;
  }

  /** The time for which connections must be dropped unseen, ms: even to refuse them has become too much. */
  pause(): number {
    return this.#refused.left > 0 ? 0 : this.#refused.until(WORTH_ADMITTING);
  }
}
