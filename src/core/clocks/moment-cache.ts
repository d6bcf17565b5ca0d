interface Entry<V> {
  value: V;
  /** The moment for which the value holds. */
  moment: number;
}

/**
 * Values that hold for one moment, until `clear`. The entries stay and are written again, since a map that is emptied at each
 * moment allocates its table anew.
 */
export class MomentCache<K, V> {
  readonly #entries = new Map<K, Entry<V>>();
  #moment = 0;

  /** Returns the value of this moment; undefined if none was set. */
  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    return entry?.moment === this.#moment ? entry.value : undefined;
  }

  set(key: K, value: V): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) this.#entries.set(key, { value, moment: this.#moment });
    else {
      entry.value = value;
      entry.moment = this.#moment;
    }
  }

  /** Another moment begins: all values are outdated. */
  clear(): void {
    this.#moment++;
  }

  /** Forgets a key that does not come back. */
  delete(key: K): void {
    this.#entries.delete(key);
  }
}
