import type { Claims } from '../../api/index.js';

/** MAXSTRAT of RFC 5905 §7.3: a clock at this stratum is not synchronised. */
export const UNSYNCHRONISED = 16;
/** The last stratum of a synchronised server (RFC 5905 §7.3). */
export const LAST_STRATUM = 15;
/** IEEE 1588-2019 table 4: clockClass 6 and 7 are a primary reference and its holdover. */
const PRIMARY_CLASS = 7;

/**
 * Returns the stratum that a source states: 0 for a reference clock of this machine. A CSPTP server is counted by its
 * clockClass and by the servers before it, without an upper limit, so that a loop reaches 16. Boundary clocks behind a PTP
 * grandmaster are not counted: they pass on its identity, by which a loop is found, and there may be more than 15 of them.
 */
export function statedStratum({ stratum, clockClass, stepsRemoved = 0, grandmaster }: Claims): number {
  if (stratum !== undefined) return stratum;
  if (clockClass === undefined) return 0;
  return stratumOfClass(clockClass) + (grandmaster === undefined ? stepsRemoved : 0);
}

/** Returns the stratum of a grandmaster with this clockClass. */
export const stratumOfClass = (clockClass: number): number => (clockClass <= PRIMARY_CLASS ? 1 : 2);
