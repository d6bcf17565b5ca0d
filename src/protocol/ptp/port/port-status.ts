import type { Outbox, PortState } from './action.js';
import { NOT_STARTED, type Verdict } from './receiver/receiver-status.js';

/** The state that a port was last found in; tells when it or what it is about has changed. */
export class StateTeller {
  readonly #out: Outbox;
  #verdict: Verdict = NOT_STARTED;

  constructor(out: Outbox) {
    this.#out = out;
  }

  get state(): PortState {
    return this.#verdict.state;
  }

  tell(verdict: Verdict): void {
    const { state, topic } = this.#verdict;
    this.#verdict = verdict;
    if (verdict.state === state && verdict.topic === topic) return;
    this.#out.put({ type: 'state', state: verdict.state, reason: verdict.reason });
  }
}
