import { AsyncLocalStorage } from 'node:async_hooks';

const storage = new AsyncLocalStorage<Scope>();

/**
 * One run of one plugin instance. Whatever the plugin starts inside it (timers, promises, sockets, emitters) belongs to
 * it: an error ends this run alone, and closing it closes what it owns.
 */
export class Scope {
  readonly id: string;
  readonly #controller = new AbortController();
  readonly #disposals = new Set<() => void>();
  readonly #crash: (error: Error) => void;

  constructor(id: string, crash: (error: Error) => void) {
    this.id = id;
    this.#crash = crash;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  run<T>(work: () => T): T {
    return storage.run(this, work);
  }

  /** `handler` inside this scope: what it throws, now or later, crashes the run; after the end it does nothing. */
  guard<A extends readonly unknown[]>(handler: (...args: A) => unknown): (...args: A) => void {
    return (...args) => {
      if (this.signal.aborted) return;
      try {
        const result = this.run(() => handler(...args));
        if (result instanceof Promise) result.catch((error: unknown) => this.crash(error));
      } catch (error) {
        this.crash(error);
      }
    };
  }

  crash(error: unknown): void {
    if (!this.signal.aborted) this.#crash(asError(error));
  }

  /** `dispose` is called when the run ends; the answer takes it off the list. */
  own(dispose: () => void): () => void {
    this.#disposals.add(dispose);
    return () => this.#disposals.delete(dispose);
  }

  /** From here on handlers do nothing and nothing is taken from this run; what it owns stays open until `close`. */
  abort(): void {
    this.#controller.abort();
  }

  close(): void {
    this.abort();
    for (const dispose of [...this.#disposals].reverse()) {
      try {
        dispose();
      } catch {
        // The resource is gone already, which is what was wanted.
      }
    }
    this.#disposals.clear();
  }
}

/** The instance whose code runs at present; undefined for the hub's own. */
export const runningInstance = (): string | undefined => storage.getStore()?.id;

/** Anything may be thrown, also what cannot be turned into a text. */
function asError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  try {
    return new Error(String(thrown));
  } catch {
    return new Error('something was thrown that is no Error and has no text');
  }
}

/**
 * Hands errors that nobody caught to the scope in which they arose. `orphan` gets those of the kernel itself.
 * Returns the undoing.
 */
export function containUncaught(orphan: (error: Error) => void): () => void {
  const handle = (error: unknown): void => {
    const scope = storage.getStore();
    if (scope === undefined) orphan(asError(error));
    else storage.exit(() => scope.crash(error));
  };
  process.on('uncaughtException', handle);
  process.on('unhandledRejection', handle);
  return () => {
    process.off('uncaughtException', handle);
    process.off('unhandledRejection', handle);
  };
}
