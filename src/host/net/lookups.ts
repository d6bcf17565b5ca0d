/** A name whose lookup took longer than this counts as slow until a lookup is faster, ms. */
const SLOW_MS = 2000;

interface Job<T> {
  readonly key: string;
  readonly work: () => Promise<T>;
  readonly resolve: (value: T | PromiseLike<T>) => void;
}

/**
 * Runs at most `limit` lookups at a time. Slow names wait until the others are served and use half of the places, so a name
 * server that does not answer for some names does not delay the others. Simultaneous lookups of one name share their result.
 */
export class Lookups<T> {
  readonly #limit: number;
  readonly #now: () => number;
  readonly #pending = new Map<string, Promise<T>>();
  readonly #slowNames = new Set<string>();
  readonly #quick: Job<T>[] = [];
  readonly #slow: Job<T>[] = [];
  #running = 0;
  #runningSlow = 0;

  /** `now`: monotonic time, ms. */
  constructor(limit: number, now: () => number = () => performance.now()) {
    this.#limit = limit;
    this.#now = now;
  }

  /** Runs `work` and settles as it does. A lookup with the same `key` that is under way is shared. */
  find(key: string, work: () => Promise<T>): Promise<T> {
    const pending = this.#pending.get(key);
    if (pending !== undefined) return pending;
    const found = new Promise<T>((resolve) => {
      (this.#slowNames.has(key) ? this.#slow : this.#quick).push({ key, work, resolve });
    });
    this.#pending.set(key, found);
    this.#startNext();
    return found;
  }

  #startNext(): void {
    while (this.#running < this.#limit) {
      const quick = this.#quick.shift();
      const slow = quick === undefined && this.#runningSlow < this.#limit / 2 ? this.#slow.shift() : undefined;
      if (quick !== undefined) this.#start(quick, 0);
      else if (slow !== undefined) this.#start(slow, 1);
      else return;
    }
  }

  #start({ key, work, resolve }: Job<T>, slow: 0 | 1): void {
    const startedAt = this.#now();
    this.#running++;
    this.#runningSlow += slow;
    const end = (): void => {
      this.#running--;
      this.#runningSlow -= slow;
      this.#pending.delete(key);
      if (this.#now() - startedAt > SLOW_MS) this.#slowNames.add(key);
      else this.#slowNames.delete(key);
      this.#startNext();
    };
    resolve(work().finally(end));
  }
}
