import { type Instant, type Mode, NS_PER_S, type Ns, type Timer } from '../../api/index.js';
import type { SavedState } from '../../core/persistence/saved-state.js';
import type { Host } from '../host.js';
import { InstanceValues } from './instance-values.js';
import type { Learnt, StateStore } from './state-file.js';

export interface StateSaverParts {
  readonly host: Pick<Host, 'after' | 'monotonic'>;
  readonly store: StateStore;
  /** Undefined while nothing is known. */
  readonly learnt: () => Learnt | undefined;
}

/** Longest interval between two savings of what was learnt. */
const REGULARLY_NS = 600 * NS_PER_S;
/** Delay of a saving that an instance or a reload asks for: several that ask at the same time are saved together. */
const SOON_NS = NS_PER_S;
/** Shortest interval between two savings: a disk is not written more often. */
const APART_NS = 30 * NS_PER_S;

/**
 * Saves what was learnt: within 30 s after it is known and after each time that the hub begins to track, then at intervals that double
 * up to ten minutes, soon after an instance or a reload asks for it, and at the end.
 */
export class StateSaver {
  readonly keepsakes = new InstanceValues(() => this.#hurry());
  readonly #parts: StateSaverParts;
  #timer: Timer | undefined;
  #dueAt: Instant = 0n;
  #keptAt: Instant | undefined;
  #isNews = false;
  #intervalNs = APART_NS;
  #mode: Mode = 'unsynchronised';

  constructor(parts: StateSaverParts) {
    this.#parts = parts;
  }

  /** Takes up what the run before has left. */
  async recall(utc: Instant): Promise<SavedState | undefined> {
    const { memory, keepsakes } = await this.#parts.store.recall(utc);
    this.keepsakes.take(keepsakes);
    this.#schedule(this.#intervalNs);
    return memory;
  }

  async keep(): Promise<void> {
    const learnt = this.#parts.learnt();
    this.#isNews = false;
    if (learnt === undefined && this.keepsakes.size === 0) return;
    this.#keptAt = this.#parts.host.monotonic();
    await this.#parts.store.keep(learnt, this.keepsakes.all());
  }

  /** Keeps what was left behind since. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#isNews) await this.keep();
  }

  /** When the hub begins to track, what it learns is worth more than what was saved before. */
  noteMode(mode: Mode): void {
    const begins = mode === 'tracking' && this.#mode !== 'tracking';
    this.#mode = mode;
    if (!begins) return;
    this.#intervalNs = APART_NS;
    this.#saveWithin(APART_NS);
  }

  /** The configuration has changed: what is known is saved soon. */
  reloaded(): void {
    this.#saveWithin(SOON_NS);
  }

  #hurry(): void {
    this.#isNews = true;
    this.#saveWithin(SOON_NS);
  }

  #saveWithin(soonNs: Ns): void {
    if (this.#timer === undefined) return;
    const now = this.#parts.host.monotonic();
    const apartNs = this.#keptAt === undefined ? 0 : APART_NS - Number(now - this.#keptAt);
    const delayNs = Math.max(soonNs, apartNs);
    if (delayNs < Number(this.#dueAt - now)) this.#schedule(delayNs);
  }

  #schedule(delayNs: Ns): void {
    const { host } = this.#parts;
    this.#timer?.cancel();
    this.#dueAt = host.monotonic() + BigInt(Math.round(delayNs));
    this.#timer = host.after(delayNs, () => {
      const isKnown = isOfUse(this.#parts.learnt());
      if (isKnown) this.#intervalNs = Math.min(2 * this.#intervalNs, REGULARLY_NS);
      this.#schedule(this.#intervalNs);
      if (isKnown || this.#isNews) void this.keep();
    });
  }
}

/** Too short a run knows neither an oscillator nor a path. */
const isOfUse = (learnt: Learnt | undefined): boolean =>
  learnt !== undefined && learnt.memory.clocks.length + learnt.memory.tracks.length > 0;
