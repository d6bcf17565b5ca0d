import type { Stamp } from 'timehub/api';

/** Deviation from the monotonic clock that shows a step: more than a constant, ns, plus a rate that no slewing reaches. */
const STEP_NS = 1e6;
const FASTEST = 5e-4;

/**
 * Detects steps of a clock from its stamps. Two consecutive stamps must show the step, because the kernel may note the
 * monotonic time of a hardware stamp late on a busy machine.
 */
export class ClockStepDetector {
  #last: Stamp | undefined;
  /** The newest stamp, if it deviates from the last. */
  #odd: Stamp | undefined;

  /** Returns true if the clock was stepped before this stamp. */
  check(stamp: Stamp): boolean {
    const [last, odd] = [this.#last, this.#odd];
    const isOdd = last !== undefined && !isContinuous(last, stamp);
    const isStep = isOdd && odd !== undefined && isContinuous(odd, stamp);
    if (!isOdd || isStep) this.#last = stamp;
    this.#odd = isOdd && !isStep ? stamp : undefined;
    return isStep;
  }
}

function isContinuous(from: Stamp, to: Stamp): boolean {
  if (from.clock !== to.clock) return true;
  const passedNs = Number(to.monotonic - from.monotonic);
  const deviationNs = Math.abs(Number(to.time - from.time) - passedNs);
  return deviationNs <= STEP_NS + FASTEST * Math.abs(passedNs);
}
