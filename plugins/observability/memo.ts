/** Maximum number of kept values. The keys are the hub's own names, so a hub seldom has more. */
const MOST = 256;

/** Keeps computed values for a short time, so that requests for the same value share it. */
export class Memo {
  readonly #now: () => number;
  readonly #made = new Map<string, { readonly at: number; readonly value: unknown }>();

  /** `now`: monotonic, ms. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Returns the value of the key. Calls `make` when it is older than `maxAge`, ms. Does not keep undefined or an error. */
  get<T>(key: string, maxAge: number, make: () => T): T {
    const now = this.#now();
    const kept = this.#made.get(key);
    if (kept !== undefined && now - kept.at < maxAge) return kept.value as T;
    const value = make();
    if (value === undefined) return value;
    if (this.#made.size >= MOST) this.#made.clear();
    this.#made.set(key, { at: now, value });
    return value;
  }

  drop(key: string): void {
    this.#made.delete(key);
  }
}
