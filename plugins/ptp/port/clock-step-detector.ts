import type { Stamp } from 'timehub/api';

/** What no oscillator and no slewing does between two stamps. */
const STEP_NS = 1e6;
const FASTEST = 5e-4;

/**
 * Sees from a clock's stamps that it was stepped. At what moment a card made its stamp, the kernel notes when it gets round to
 * it, late on a busy machine: so a step is what two stamps in a row agree on.
 */
export class ClockStepDetector {
  #last: Stamp | undefined;
  /** The newest, when it does not go with the last. */
  #odd: Stamp | undefined;

  /** True: by how much time passed on this clock and on the monotonic one cannot be told apart from a step. */
  take(stamp: Stamp): boolean {
    const [last, odd] = [this.#last, this.#odd];
    const isOdd = last !== undefined && !goTogether(last, stamp);
    const isStep = isOdd && odd !== undefined && goTogether(odd, stamp);
    if (!isOdd || isStep) this.#last = stamp;
    this.#odd = isOdd && !isStep ? stamp : undefined;
    return isStep;
  }
}

function goTogether(from: Stamp, to: Stamp): boolean {
  if (from.clock !== to.clock) return true;
  const passedNs = Number(to.monotonic - from.monotonic);
  const surpriseNs = Math.abs(Number(to.time - from.time) - passedNs);
  return surpriseNs <= STEP_NS + FASTEST * Math.abs(passedNs);
}
