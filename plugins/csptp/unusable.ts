import type { Timescale } from 'timehub/api';
import type { SyncPart } from 'timehub/protocol/csptp';
import { MAX_STEPS_REMOVED } from 'timehub/protocol/ptp';

export interface Demands {
  /** Highest clockClass that is accepted. */
  readonly maxClockClass: number;
  readonly scale: Timescale;
}

/** Accepts every server: clockClass 255 never serves (IEEE 1588-2019 table 4). */
export const ANY_CLASS = 248;

/** Returns why the time in an answer cannot be used, as the end of a sentence about the server; '' if it can. */
export function unusable({ flags, status }: SyncPart, { maxClockClass, scale }: Demands): string {
  if (flags.synchronizationUncertain) return 'is not sure of its time (synchronizationUncertain)';
  if (scale === 'arb') {
    return 'keeps a timescale of its own (ptpTimescale is not set); timescale = "tai" or "utc" says which it is';
  }
  const clockClass = status?.quality.clockClass;
  if (clockClass !== undefined && clockClass > maxClockClass) {
    return `runs on clockClass ${clockClass}, and at most ${maxClockClass} is good enough (max-clock-class)`;
  }
  if (clockClass === undefined && maxClockClass < ANY_CLASS) {
    return `does not report its clockClass, and at most ${maxClockClass} is good enough (max-clock-class)`;
  }
  const steps = status?.stepsRemoved ?? 0;
  return steps < MAX_STEPS_REMOVED ? '' : `is ${steps} steps from its grandmaster: its time goes round in a loop`;
}
