/** Most values that are kept; the keys are names of the hub's own, so that a hub seldom has more. */
const MOST = 256;

/** Keeps what was made for a short while, for others that ask for the same. */
export class Memo {
  readonly #now: () => number;
  readonly #made = new Map<string, { readonly at: number; readonly value: unknown }>();

  /** `now`: monotonic, ms. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The value of that key, made again when it is older than `maxAge`, ms. `undefined` is not kept, what `make` throws neither. */
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
