import type { Claims, Leap } from '../../api/observation.js';
import type { Timescale } from '../../api/time.js';
import { formatClockIdentity, type TimeFlags } from '../ptp/index.js';
import type { SyncPart } from './response.js';

/** Returns TAI; without the flag ptpTimescale an arbitrary timescale, which has only a rate. */
export const timescaleOf = ({ flags }: SyncPart): Timescale => (flags.ptpTimescale ? 'tai' : 'arb');

/**
 * Returns the claims of a server. TAI − UTC is included if there is a status and the flag says that it is valid. A clockClass
 * of 128 or more (IEEE 1588-2019 table 4: free-running) does not make it unsynchronised: servers of NTP time state 248 too.
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
