/** The capacity of a `BoundedMap`, and the entries that may be removed from it. */
export interface Bounds<K, V> {
  /** Most entries, above zero. */
  readonly capacity: number;
  /**
   * Returns true for an entry that may be removed in favour of a new one, because nothing is lost with it. Default: every
   * entry.
   */
  readonly mayGo?: (value: V, key: K) => boolean;
}

/**
 * A map whose keys a peer chooses. If it is full, a new key replaces the oldest entry that may be removed; if there is no such
 * entry, the new key is refused. `set` on a known key makes it the newest.
 */
export class BoundedMap<K, V> implements Iterable<readonly [K, V]> {
  readonly #bounds: Bounds<K, V>;
  readonly #entries = new Map<K, V>();

  constructor(bounds: Bounds<K, V>) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  has(key: K): boolean {
    return this.#entries.has(key);
  }

  /** Returns false if the key is refused. */
  set(key: K, value: V): boolean {
    const isNew = !this.#entries.delete(key);
    if (isNew && this.#entries.size >= this.#bounds.capacity && !this.#makeRoom()) return false;
    this.#entries.set(key, value);
    return true;
  }

  delete(key: K): boolean {
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  /** The oldest first. */
  keys(): IterableIterator<K> {
    return this.#entries.keys();
  }

  /** The oldest first. */
  values(): IterableIterator<V> {
    return this.#entries.values();
  }

  /** The oldest first. */
  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.#entries[Symbol.iterator]();
  }

  #makeRoom(): boolean {
    const { mayGo = () => true } = this.#bounds;
    for (const [key, value] of this.#entries) if (mayGo(value, key)) return this.#entries.delete(key);
    return false;
  }
}
