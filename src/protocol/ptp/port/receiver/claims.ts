import type { Claims, GrandmasterClaims, Leap } from '../../../../api/observation.js';
import type { Ns, Timescale } from '../../../../api/time.js';
import type { ForeignMaster } from '../../bmca/foreign-masters.js';
import { formatClockIdentity, type PortIdentity } from '../../identity.js';
import type { Announce } from '../../message.js';
import { accuracyNs } from '../../quality.js';
import { findTlv } from '../../tlv/index.js';
import { inaccuracyIn } from '../power-profile.js';

/** Root dispersion for the clockAccuracy "more than 10 s" (0x31), ns: large enough that the source is not used. */
const BEYOND_NS = 1e11;

const UNCERTAIN = 'the timeTransmitter sets synchronizationUncertain: it is not sure of its time';

/** Returns the claims of an Announce (IEEE 1588-2019 §7.6.2, table 37). */
export function claimsOf({ announce, from }: ForeignMaster, intervalNs: Ns): Claims {
  const { quality, timeSource, grandmaster, stepsRemoved, header } = announce;
  const utcKnown = header.flags.currentUtcOffsetValid && header.flags.ptpTimescale;
  const dispersionNs = dispersionOf(announce);
  return {
    synchronised: !header.flags.synchronizationUncertain,
    ...(header.flags.synchronizationUncertain ? { flaw: UNCERTAIN } : {}),
    clockClass: quality.clockClass,
    clockAccuracy: quality.accuracy,
    ...(dispersionNs === undefined ? {} : { rootDispersionNs: Math.min(dispersionNs, BEYOND_NS) }),
    ...{ timeSource, stepsRemoved, intervalNs, grandmaster: grandmasterOf(announce) },
    ...(utcKnown ? { taiMinusUtc: announce.currentUtcOffset, leap: leapOf(announce) } : {}),
    reference: formatClockIdentity(grandmaster),
    address: from,
    traceable: header.flags.timeTraceable,
  };
}

/** Returns the larger of clockAccuracy and, in the power profile, the inaccuracy of the whole path. */
function dispersionOf({ quality, tlvs }: Announce): Ns | undefined {
  const stated = [accuracyNs(quality.accuracy), inaccuracyIn(tlvs)].filter((ns) => ns !== undefined);
  return stated.length === 0 ? undefined : Math.max(...stated);
}

function grandmasterOf(announce: Announce): GrandmasterClaims {
  const { grandmaster, priority1, quality, priority2, timeSource, stepsRemoved, header, tlvs } = announce;
  const { timeTraceable, frequencyTraceable } = header.flags;
  return {
    ...{ identity: grandmaster, priority1, priority2, timeSource, timeTraceable, frequencyTraceable, stepsRemoved },
    clockClass: quality.clockClass,
    clockAccuracy: quality.accuracy,
    offsetScaledLogVariance: quality.variance,
    path: findTlv(tlvs, 'path-trace')?.path ?? [],
  };
}

/** Returns the claims for a sender of Syncs that does not send Announces. */
export const silentClaims = (source: PortIdentity, intervalNs: Ns): Claims => ({
  ...{ synchronised: true, intervalNs },
  reference: formatClockIdentity(source.clock),
});

export const scaleOf = ({ header }: Announce): Timescale => (header.flags.ptpTimescale ? 'tai' : 'arb');

function leapOf({ header }: Announce): Leap {
  const { leap61, leap59 } = header.flags;
  if (leap61 && leap59) return 'unknown';
  return leap61 ? 'insert' : leap59 ? 'delete' : 'none';
}
