import type { SinkContext, Timer, TimeState } from 'timehub/api';
import type { FakeHub } from './fake-hub.js';

/** A sink's context with a fake hub. Timers run on `fire`, or in real time after `goLive`. */
export class FakeContext {
  readonly health: { readonly state: string; readonly reason: string }[] = [];
  readonly warnings: { readonly message: string; readonly fields: object | undefined }[] = [];
  readonly #hub: FakeHub;
  #clock: 'manual' | 'real' = 'manual';
  readonly #timers = new Set<{ readonly delayNs: number; readonly handler: () => unknown }>();
  readonly #stateHandlers: ((state: TimeState) => void)[] = [];

  constructor(hub: FakeHub) {
    this.#hub = hub;
  }

  goLive(): void {
    this.#clock = 'real';
    for (const { delayNs, handler } of this.#timers) this.#after(delayNs, handler);
    this.#timers.clear();
  }

  /** Runs the timers with this delay. */
  async fire(delayNs: number): Promise<void> {
    for (const timer of [...this.#timers].filter((one) => one.delayNs === delayNs)) {
      if (this.#timers.delete(timer)) await timer.handler();
    }
  }

  publish(): void {
    for (const handler of this.#stateHandlers) handler(this.#hub.state());
  }

  asContext(): SinkContext {
    const hub = this.#hub;
    const context: Partial<SinkContext> = {
      id: 'observability.test',
      log: { debug: () => {}, info: () => {}, warn: (message, fields) => this.warnings.push({ message, fields }) },
      metrics: { counter: () => () => {}, gauge: () => () => {}, onRead: () => {} },
      signal: new AbortController().signal,
      monotonic: () => hub.monotonic(),
      read: () => ({ clock: 'system', time: hub.unix(), monotonic: hub.monotonic(), by: 'user' }),
      after: (delayNs, handler) => this.#after(delayNs, handler),
      health: (state, reason) => this.health.push({ state, reason }),
      state: () => hub.state(),
      onState: (handler) => this.#stateHandlers.push(handler),
      hub,
    };
    return context as SinkContext;
  }

  #after(delayNs: number, handler: () => unknown): Timer {
    if (this.#clock === 'real') {
      const timeout = setTimeout(handler, delayNs / 1e6);
      return { cancel: () => clearTimeout(timeout) };
    }
    const timer = { delayNs, handler };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }
}
