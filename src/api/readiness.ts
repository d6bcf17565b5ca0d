import { promisedBoundNs } from './promise.js';
import type { StatusReport } from './report.js';
import type { Ns } from './time.js';
import { formatDuration } from './units.js';

/** Answer to the question if programs that need the time may start now. */
export interface Readiness {
  readonly ready: boolean;
  /** Mode and bound, as a sentence without full stop. */
  readonly text: string;
}

/**
 * Returns ready if the hub tracks and the promised bound of the first clock is at most `maxErrorNs`; for `timehub wait` and the
 * readiness probe. Accepts a status of the hub or its JSON, in which null stands for values that are not finite.
 */
export function readinessOf(
  { mode, clocks, promise }: Pick<StatusReport, 'mode' | 'clocks' | 'promise'>,
  maxErrorNs: Ns,
): Readiness {
  const stated: number | null | undefined = clocks[0] && promisedBoundNs(clocks[0], promise);
  const boundNs = typeof stated === 'number' && !Number.isNaN(stated) ? stated : Number.POSITIVE_INFINITY;
  const error = Number.isFinite(boundNs) ? `the error is below ${formatDuration(boundNs)}` : 'the error is not known';
  const state = mode === 'holdover' ? 'in holdover' : mode;
  return { ready: mode === 'tracking' && boundNs <= maxErrorNs, text: `the hub is ${state}, ${error}` };
}
