import type { Leg } from '../../../api/index.js';

/** A leg is late from so many sigmas of its direction's best shape on. */
const LATE_SIGMAS = 2;
/** Late legs in a row that may be a longer route, and that are one. */
const LEGS_TO_WAIT = 4;
const LEGS_TO_DECIDE = 12;

/**
 * Counts the legs of each direction in a row that come later than the shapes of that direction explain. While the other
 * direction keeps its time they show a longer route. An early leg of the other one shows that the clock runs otherwise.
 */
export class LateRuns {
  private inbound = 0;
  private outbound = 0;

  /** `late`: by how many sigmas the leg is late. Returns true if the run of its direction is a longer route. */
  note(direction: Leg['direction'], late: number): boolean {
    const other = direction === 'inbound' ? 'outbound' : 'inbound';
    this[direction] = late > LATE_SIGMAS ? this[direction] + 1 : 0;
    if (late < -LATE_SIGMAS) this[other] = 0;
    return this[direction] >= LEGS_TO_DECIDE;
  }

  get mayBeRoute(): boolean {
    return Math.max(this.inbound, this.outbound) >= LEGS_TO_WAIT;
  }
}
