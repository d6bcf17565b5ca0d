import type { Instant, Ns } from '../../../api/time.js';
import type { PortState } from './action.js';

/** The qualification timeout, by which a port stays in PRE_MASTER (IEEE 1588-2019 §9.2.6.11). */
export class Qualification {
  #until: Instant | undefined;

  get dueAt(): Instant | undefined {
    return this.#until;
  }

  get isRunning(): boolean {
    return this.#until !== undefined;
  }

  /** `periodNs`: to wait before MASTER; undefined: nothing is waited for. `state`: so far. */
  take(periodNs: Ns | undefined, state: PortState, now: Instant): void {
    if (periodNs === undefined || state === 'master') this.#until = undefined;
    else if (this.#until === undefined) this.#until = now + BigInt(Math.round(periodNs));
    else if (this.#until <= now) this.#until = undefined;
  }
}
