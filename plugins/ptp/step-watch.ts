import type { Stamp } from 'timehub/api';

/** What no oscillator and no slewing does between two stamps. */
const STEP_NS = 1e6;
const FASTEST = 5e-4;

/** Sees from a clock's stamps that it was stepped between them. */
export class StepWatch {
  #last: Stamp | undefined;

  /** True: by how much time passed on this clock and on the monotonic one cannot be told apart from a step. */
  take(stamp: Stamp): boolean {
    const last = this.#last;
    this.#last = stamp;
    if (last === undefined || last.clock !== stamp.clock) return false;
    const passedNs = Number(stamp.monotonic - last.monotonic);
    const surpriseNs = Math.abs(Number(stamp.time - last.time) - passedNs);
    return surpriseNs > STEP_NS + FASTEST * Math.abs(passedNs);
  }
}
