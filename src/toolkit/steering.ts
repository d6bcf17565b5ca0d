import type { Discipline, SinkContext, StepPolicy } from '../api/context.js';
import { HubError } from '../api/error.js';
import type { ClockId } from '../api/time.js';

/** The sink is useful without the right to steer: it observes the clock. */
const OBSERVE_INSTEAD: ReadonlySet<string> = new Set(['TH_CLOCK_PERMISSION', 'TH_CLOCK_OWNED']);

/**
 * Asks the hub to steer a clock by `policy`. Returns the discipline, or a sentence why the sink can only observe the clock: no
 * privilege, or another sink steers it. Throws every other error of `SinkContext.discipline`.
 */
export function steerOrObserve(
  context: Pick<SinkContext, 'discipline'>,
  clock: ClockId,
  policy: StepPolicy,
): Discipline | string {
  try {
    return context.discipline(clock, policy);
  } catch (error) {
    if (error instanceof HubError && OBSERVE_INSTEAD.has(error.code)) return error.message;
    throw error;
  }
}
