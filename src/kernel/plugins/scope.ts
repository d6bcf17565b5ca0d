import { AsyncLocalStorage } from 'node:async_hooks';

const storage = new AsyncLocalStorage<Scope>();

/**
 * One run of one plugin instance. Timers, promises, sockets and emitters that the plugin starts inside it belong to it: an
 * error in them ends only this run, and `close` closes them.
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

  /** Returns `handler` bound to this scope: its errors, now or later, crash the run; after the end it does nothing. */
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

  /** Calls `dispose` when the run ends. Returns the function that prevents this. */
  own(dispose: () => void): () => void {
    this.#disposals.add(dispose);
    return () => this.#disposals.delete(dispose);
  }

  /** Makes all handlers of the run do nothing. Its sockets and timers stay open until `close`. */
  abort(): void {
    this.#controller.abort();
  }

  close(): void {
    this.abort();
    for (const dispose of [...this.#disposals].reverse()) {
      try {
        dispose();
      } catch {
        // The resource was closed before.
      }
    }
    this.#disposals.clear();
  }
}

/** Returns the id of the instance whose code runs now; undefined for the hub's own code. */
export const runningInstance = (): string | undefined => storage.getStore()?.id;

/** A plugin may throw any value, even one without a text. */
function asError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  try {
    return new Error(String(thrown));
  } catch {
    return new Error('something was thrown that is no Error and has no text');
  }
}

/**
 * Hands uncaught errors to the scope in which they arose, and those of the hub itself to `orphan`. Returns the function that
 * ends this.
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
