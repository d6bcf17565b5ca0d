import type { Instant, Ns } from '../../../../api/time.js';
import type { PortState } from '../action.js';
import type { PortStatus } from '../port-status.js';

/** The qualification timeout: until it ends, the port is in PRE_MASTER instead of MASTER (IEEE 1588-2019 §9.2.6.11). */
export class Qualification {
  #until: Instant | undefined;

  get dueAt(): Instant | undefined {
    return this.#until;
  }

  /** `periodNs`: time in PRE_MASTER, undefined for none. `state`: the present state. */
  update(periodNs: Ns | undefined, state: PortState, now: Instant): void {
    if (periodNs === undefined || state === 'master') this.#until = undefined;
    else if (this.#until === undefined) this.#until = now + BigInt(Math.round(periodNs));
    else if (this.#until <= now) this.#until = undefined;
  }

  /** Changes MASTER to PRE_MASTER until the timeout ends. */
  applied(status: PortStatus): PortStatus {
    if (this.#until === undefined) return status;
    return { ...status, state: 'pre-master', reason: `Waits for the Announces of better clocks. ${status.reason}` };
  }
}
