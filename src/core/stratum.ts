import type { Claims } from '../api/index.js';

/** MAXSTRAT of RFC 5905 §7.3: a clock at this stratum is not synchronised. */
export const UNSYNCHRONISED = 16;
/** IEEE 1588-2019 table 4: clockClass 6 and 7 are a primary reference and its holdover. */
const PRIMARY_CLASS = 7;

/**
 * The stratum that a source states: 0 for a reference clock of our own. A PTP clock is counted by its clockClass and by the
 * boundary clocks before it. The count has no upper limit: it must reach 16 in a loop.
 */
export function statedStratum({ stratum, clockClass, stepsRemoved = 0 }: Claims): number {
  if (stratum !== undefined) return stratum;
  return clockClass === undefined ? 0 : stratumOfClass(clockClass) + stepsRemoved;
}

/** The stratum of a grandmaster of this class. */
export const stratumOfClass = (clockClass: number): number => (clockClass <= PRIMARY_CLASS ? 1 : 2);
