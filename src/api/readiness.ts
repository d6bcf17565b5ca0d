import type { StatusReport } from './report.js';
import type { Ns } from './time.js';
import { formatDuration } from './units.js';

/** An answer to "may what needs the time start now?". */
export interface Readiness {
  readonly ready: boolean;
  /** The mode and the bound, as a sentence without its full stop. */
  readonly text: string;
}

/**
 * Judges whether the hub tracks and the first clock's error is bounded by `maxErrorNs`, which `timehub wait` and the
 * readiness probe ask alike. Takes a status as the hub reports it or as JSON has it (null for what is not finite).
 */
export function readinessOf({ mode, clocks }: Pick<StatusReport, 'mode' | 'clocks'>, maxErrorNs: Ns): Readiness {
  const stated: number | null | undefined = clocks[0]?.boundNs;
  const boundNs = typeof stated === 'number' && !Number.isNaN(stated) ? stated : Number.POSITIVE_INFINITY;
  const error = Number.isFinite(boundNs) ? `the error is below ${formatDuration(boundNs)}` : 'the error is not known';
  const state = mode === 'holdover' ? 'in holdover' : mode;
  return { ready: mode === 'tracking' && boundNs <= maxErrorNs, text: `the hub is ${state}, ${error}` };
}
