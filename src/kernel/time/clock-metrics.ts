import type { ClockId } from '../../api/index.js';
import type { Input } from '../../core/engine/input.js';
import type { MetricStore } from '../metrics.js';

/** Counts the steps of each clock and the sleeps of the machine. */
export class ClockMetrics {
  readonly #metrics: MetricStore;
  readonly #sleeps: () => void;

  constructor(metrics: MetricStore) {
    this.#metrics = metrics;
    this.#sleeps = metrics.counter('timehub_sleeps_total', 'Sleeps of the machine.', {});
  }

  count(input: Input): void {
    switch (input.type) {
      case 'clock':
        for (const by of ['hub', 'others'] as const) this.#steps(input.clock, by);
        break;
      case 'clock-gone':
        this.#metrics.forget(input.clock);
        break;
      case 'stepped':
        this.#steps(input.clock, input.byUs ? 'hub' : 'others')();
        break;
      case 'slept':
        this.#sleeps();
    }
  }

  /** Returns the function that counts one step. */
  #steps(id: ClockId, by: 'hub' | 'others'): () => void {
    return this.#metrics.counter('timehub_steps_total', 'Steps of a clock, by the hub or by others.', { id, by });
  }
}
