import { type Instant, type Mode, NS_PER_S, type Ns, type Timer } from '../../api/index.js';
import type { SavedState } from '../../core/persistence/saved-state.js';
import type { Host } from '../host.js';
import { InstanceValues } from './instance-values.js';
import type { DatedState, StateStore } from './state-file.js';

export interface StateSaverParts {
  readonly host: Pick<Host, 'after' | 'monotonic'>;
  readonly store: StateStore;
  /** Undefined while nothing is known. */
  readonly current: () => DatedState | undefined;
}

/** Longest interval between two savings of what was current. */
const REGULARLY_NS = 600 * NS_PER_S;
/** Delay of a saving that an instance or a reload asks for: several that ask at the same time are saved together. */
const SOON_NS = NS_PER_S;
/** Shortest interval between two savings: a disk is not written more often. */
const APART_NS = 30 * NS_PER_S;

/**
 * Saves what was current: within 30 s after it is known and after each time that the hub begins to track, then at intervals that double
 * up to ten minutes, soon after an instance or a reload asks for it, and at the end.
 */
export class StateSaver {
  readonly values = new InstanceValues(() => this.#valueChanged());
  readonly #parts: StateSaverParts;
  #timer: Timer | undefined;
  #dueAt: Instant = 0n;
  #savedAt: Instant | undefined;
  #isDirty = false;
  #intervalNs = APART_NS;
  #mode: Mode = 'unsynchronised';

  constructor(parts: StateSaverParts) {
    this.#parts = parts;
  }

  /** Takes up what the run before has left. */
  async load(utc: Instant): Promise<SavedState | undefined> {
    const { core, instances } = await this.#parts.store.load(utc);
    this.values.load(instances);
    this.#schedule(this.#intervalNs);
    return core;
  }

  async save(): Promise<void> {
    const current = this.#parts.current();
    this.#isDirty = false;
    if (current === undefined && this.values.size === 0) return;
    this.#savedAt = this.#parts.host.monotonic();
    await this.#parts.store.save(current, this.values.all());
  }

  /** Keeps what was left behind since. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#isDirty) await this.save();
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

  #valueChanged(): void {
    this.#isDirty = true;
    this.#saveWithin(SOON_NS);
  }

  #saveWithin(soonNs: Ns): void {
    if (this.#timer === undefined) return;
    const now = this.#parts.host.monotonic();
    const apartNs = this.#savedAt === undefined ? 0 : APART_NS - Number(now - this.#savedAt);
    const delayNs = Math.max(soonNs, apartNs);
    if (delayNs < Number(this.#dueAt - now)) this.#schedule(delayNs);
  }

  #schedule(delayNs: Ns): void {
    const { host } = this.#parts;
    this.#timer?.cancel();
    this.#dueAt = host.monotonic() + BigInt(Math.round(delayNs));
    this.#timer = host.after(delayNs, () => {
      const isKnown = isOfUse(this.#parts.current());
      if (isKnown) this.#intervalNs = Math.min(2 * this.#intervalNs, REGULARLY_NS);
      this.#schedule(this.#intervalNs);
      if (isKnown || this.#isDirty) void this.save();
    });
  }
}

/** Too short a run knows neither an oscillator nor a path. */
const isOfUse = (current: DatedState | undefined): boolean =>
  current !== undefined && current.state.clocks.length + current.state.tracks.length > 0;
