import type { Instant, Ns } from '../../../../api/time.js';
import type { PortState } from '../action.js';
import type { PortStatus } from '../receiver/receiver-status.js';

/** The qualification timeout, until which a port is in PRE_MASTER instead of MASTER (IEEE 1588-2019 §9.2.6.11). */
export class Qualification {
  #until: Instant | undefined;

  get dueAt(): Instant | undefined {
    return this.#until;
  }

  /** `periodNs`: to wait before MASTER; undefined: nothing is waited for. `state`: so far. */
  take(periodNs: Ns | undefined, state: PortState, now: Instant): void {
    if (periodNs === undefined || state === 'master') this.#until = undefined;
    else if (this.#until === undefined) this.#until = now + BigInt(Math.round(periodNs));
    else if (this.#until <= now) this.#until = undefined;
  }

  /** What becomes of a verdict that says MASTER. */
  applied(verdict: PortStatus): PortStatus {
    if (this.#until === undefined) return verdict;
    return { ...verdict, state: 'pre-master', reason: `Waits in case somebody better is heard. ${verdict.reason}` };
  }
}
