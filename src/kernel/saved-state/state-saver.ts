import { type Instant, type Mode, NS_PER_S, type Ns, type Timer } from '../../api/index.js';
import type { SavedState } from '../../core/persistence/saved-state.js';
import type { Host } from '../host.js';
import { InstanceValues } from './instance-values.js';
import type { DatedState, StateStore } from './state-file.js';

export interface StateSaverParts {
  readonly host: Pick<Host, 'after' | 'monotonic'>;
  readonly store: StateStore;
  /** Returns the engine's state, or undefined while there is none. */
  readonly current: () => DatedState | undefined;
}

/** Longest interval between two regular savings. */
const REGULARLY_NS = 600 * NS_PER_S;
/** Delay of a saving after an instance's new value or a reload: values of the same moment are saved together. */
const SOON_NS = NS_PER_S;
/** Shortest interval between two savings, to spare the disk. */
const APART_NS = 30 * NS_PER_S;

/**
 * Saves the state of the hub: within 30 s after there is one and after each time that the hub begins to track, then at
 * intervals that double up to ten minutes, soon after an instance has a new value or after a reload, and at the stop.
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

  /** Returns the engine's state of the last run; instances find their values in `values`. */
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

  /** Saves values that are new since the last saving. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#isDirty) await this.save();
  }

  /** A hub that begins to track saves soon: it knows more than was saved before. */
  noteMode(mode: Mode): void {
    const begins = mode === 'tracking' && this.#mode !== 'tracking';
    this.#mode = mode;
    if (!begins) return;
    this.#intervalNs = APART_NS;
    this.#saveWithin(APART_NS);
  }

  /** Saves soon after the configuration changed. */
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

/** A short run knows neither an oscillator nor a path. */
const isOfUse = (current: DatedState | undefined): boolean =>
  current !== undefined && current.state.clocks.length + current.state.tracks.length > 0;
