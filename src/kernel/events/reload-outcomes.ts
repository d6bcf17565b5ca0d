import type { MetricStore } from '../metrics.js';
import type { UntimedEvent } from './untimed-event.js';

const NAME = 'timehub_reloads_total';
const HELP = 'Readings of the configuration of a running hub.';

/** Reports the outcome of each reload: by an event, a metric and, while the last one failed, a note in the status. */
export class ReloadOutcomes {
  readonly #applied: () => void;
  readonly #failed: () => void;
  readonly #report: (event: UntimedEvent) => void;
  #note = '';

  constructor(metrics: MetricStore, report: (event: UntimedEvent) => void) {
    this.#applied = metrics.counter(NAME, HELP, { result: 'applied' });
    this.#failed = metrics.counter(NAME, HELP, { result: 'failed' });
    this.#report = report;
  }

  /** Why the last reload failed, a sentence; empty when it was applied. */
  get note(): string {
    return this.#note;
  }

  /** `text`: what changed. */
  applied(text: string): void {
    this.#applied();
    this.#note = '';
    this.#report({ kind: 'config', id: 'hub', severity: 'info', text });
  }

  /** `text`: why the reload failed. A repeated text is no new event. */
  failed(text: string): void {
    this.#failed();
    const isNew = text !== this.#note;
    this.#note = text;
    if (isNew) this.#report({ kind: 'config', id: 'hub', severity: 'warning', text });
  }
}
