import type { Outbox, PortState } from './action.js';
import { NOT_STARTED, type PortStatus } from './receiver/receiver-status.js';

/** The state that a port was last found in; tells when it or what it is about has changed. */
export class StatusReporter {
  readonly #out: Outbox;
  #verdict: PortStatus = NOT_STARTED;

  constructor(out: Outbox) {
    this.#out = out;
  }

  get state(): PortState {
    return this.#verdict.state;
  }

  report(verdict: PortStatus): void {
    const { state, topic } = this.#verdict;
    this.#verdict = verdict;
    if (verdict.state === state && verdict.topic === topic) return;
    this.#out.put({ type: 'state', state: verdict.state, reason: verdict.reason });
  }
}
