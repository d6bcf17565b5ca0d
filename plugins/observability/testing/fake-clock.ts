import type { Timer } from 'timehub/api';
import type { WorkClock } from '../clock.js';

/** A clock that a test advances. */
export class FakeClock implements WorkClock {
  #ms = 0;
  readonly #timers = new Set<{ readonly at: number; readonly handler: () => void }>();

  now(): number {
    return this.#ms;
  }

  after(ms: number, handler: () => void): Timer {
    const timer = { at: this.#ms + ms, handler };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  soon(handler: () => void): void {
    this.after(0, handler);
  }

  /** Advances the time without running timers, as busy code does. */
  take(ms: number): void {
    this.#ms += ms;
  }

  /** Advances the time and runs the timers in their order. */
  pass(ms: number): void {
    const end = this.#ms + ms;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#ms = Math.max(this.#ms, next.at);
      next.handler();
    }
    this.#ms = Math.max(this.#ms, end);
  }

  #next(end: number): { readonly at: number; readonly handler: () => void } | undefined {
    return [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }
}
