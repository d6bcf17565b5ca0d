import type { Claims, Leap } from '../../api/observation.js';
import type { Timescale } from '../../api/time.js';
import { formatClockIdentity, type TimeFlags } from '../ptp/index.js';
import type { SyncPart } from './response.js';

/** TAI, unless the flag ptpTimescale is missing: then only the rate of the time is known. */
export const timescaleOf = ({ flags }: SyncPart): Timescale => (flags.ptpTimescale ? 'tai' : 'arb');

/**
 * What a server states about itself. TAI − UTC only where there is a status and the flag says that it is valid. A clockClass
 * of 128 or more (IEEE 1588-2019 table 4: it runs free) is stated, not judged: 248 is also what servers of NTP's time say.
 */
export function claimsOf({ flags, status }: SyncPart): Claims {
  return {
    synchronised: !flags.synchronizationUncertain,
    leap: leapOf(flags),
    traceable: flags.timeTraceable,
    ...(status !== undefined && {
      clockClass: status.quality.clockClass,
      clockAccuracy: status.quality.accuracy,
      reference: formatClockIdentity(status.grandmaster),
    }),
    ...(status !== undefined && flags.currentUtcOffsetValid && { taiMinusUtc: status.currentUtcOffset }),
  };
}

function leapOf({ leap61, leap59 }: TimeFlags): Leap {
  if (leap61 && leap59) return 'unknown';
  return leap61 ? 'insert' : leap59 ? 'delete' : 'none';
}
