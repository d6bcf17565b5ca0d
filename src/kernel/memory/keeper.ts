import { type Instant, NS_PER_S, type Ns, type Timer } from '../../api/index.js';
import type { Memory } from '../../core/memory.js';
import type { Host } from '../host.js';
import { Keepsakes } from './keepsakes.js';
import type { Learnt, StateStore } from './state-file.js';

export interface KeeperParts {
  readonly host: Pick<Host, 'after' | 'monotonic'>;
  readonly store: StateStore;
  /** Undefined while nothing is known. */
  readonly learnt: () => Learnt | undefined;
}

/** How often what was learnt is kept. */
const REGULARLY_NS = 600 * NS_PER_S;
/** How soon what an instance leaves behind is: what others leave at the same time goes with it, */
const SOON_NS = NS_PER_S;
/** and a disk is not written more often than this. */
const APART_NS = 30 * NS_PER_S;

/** Sees to it that what was learnt outlives the hub: from time to time, when an instance asks for it, and at the end. */
export class Keeper {
  readonly keepsakes = new Keepsakes(() => this.#hurry());
  readonly #parts: KeeperParts;
  #timer: Timer | undefined;
  #dueAt: Instant = 0n;
  #keptAt: Instant | undefined;
  #isNews = false;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** Takes up what the run before has left. */
  async recall(utc: Instant): Promise<Memory | undefined> {
    const { memory, keepsakes } = await this.#parts.store.recall(utc);
    this.keepsakes.take(keepsakes);
    this.#schedule(REGULARLY_NS);
    return memory;
  }

  async keep(): Promise<void> {
    const learnt = this.#parts.learnt();
    this.#isNews = false;
    this.#keptAt = this.#parts.host.monotonic();
    if (learnt !== undefined || this.keepsakes.size > 0) await this.#parts.store.keep(learnt, this.keepsakes.all());
  }

  /** Keeps what was left behind since. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#isNews) await this.keep();
  }

  #hurry(): void {
    this.#isNews = true;
    if (this.#timer === undefined) return;
    const now = this.#parts.host.monotonic();
    const apartNs = this.#keptAt === undefined ? 0 : APART_NS - Number(now - this.#keptAt);
    const delayNs = Math.max(SOON_NS, apartNs);
    if (delayNs < Number(this.#dueAt - now)) this.#schedule(delayNs);
  }

  #schedule(delayNs: Ns): void {
    const { host } = this.#parts;
    this.#timer?.cancel();
    this.#dueAt = host.monotonic() + BigInt(Math.round(delayNs));
    this.#timer = host.after(delayNs, () => {
      this.#schedule(REGULARLY_NS);
      void this.keep();
    });
  }
}
