import type { TimeState } from 'timehub/api';
import { isMappedV4, octetsOf } from 'timehub/protocol/address';
import { type CsptpReplyContext, encodeStatus, type StatusId } from 'timehub/protocol/csptp';
import {
  ACCURACY_UNKNOWN,
  type ClockIdentity,
  type PortAddress,
  TIME_FLAGS,
  VARIANCE_UNKNOWN,
} from 'timehub/protocol/ptp';

export interface QualityOptions {
  readonly identity: ClockIdentity;
  readonly priority1: number;
  readonly priority2: number;
  readonly statusId: StatusId;
}

/** IEEE 1588-2019 table 4: not traceable to anything. */
const FREE_RUNNING = 248;
/** The same table: 6 is a primary reference, 7 its holdover. */
const PRIMARY_CLASS = 7;
const UDP_IPV4 = 1;
const UDP_IPV6 = 2;

/**
 * Returns what a reply says of the time in it; nothing but the state of the hub decides. The UTC offset is told only when it is
 * known; without it the timescale is not PTP's either.
 */
export function qualityOf(
  state: TimeState,
  { identity, priority1, priority2, statusId }: QualityOptions,
): Pick<CsptpReplyContext, 'timeFlags' | 'status'> {
  const { ptp, leap } = state;
  const uncertain = isUncertain(state);
  const upstream = uncertain ? undefined : ptp.grandmaster;
  const { clockClass, clockAccuracy: accuracy, offsetScaledLogVariance: variance } = upstream ?? ptp;
  const { timeTraceable, frequencyTraceable } = upstream ?? ptp;
  const status = {
    priority1: upstream?.priority1 ?? priority1,
    quality: uncertain
      ? { clockClass: FREE_RUNNING, accuracy: ACCURACY_UNKNOWN, variance: VARIANCE_UNKNOWN }
      : { clockClass, accuracy, variance },
    priority2: upstream?.priority2 ?? priority2,
    // Behind a PTP grandmaster the hub is one step further (IEEE 1588-2019 §9.3.5, table 33).
    stepsRemoved: upstream === undefined ? stepsOf(state, uncertain) : upstream.stepsRemoved + 1,
    currentUtcOffset: leap.taiKnown ? leap.taiMinusUtc : 0,
    grandmaster: upstream?.identity ?? identity,
    parent: addressOf(state.upstream),
  };
  const timeFlags = TIME_FLAGS.write({
    leap61: leap.taiKnown && leap.pending === 'insert',
    leap59: leap.taiKnown && leap.pending === 'delete',
    currentUtcOffsetValid: leap.taiKnown,
    ptpTimescale: leap.taiKnown,
    timeTraceable: !uncertain && timeTraceable,
    frequencyTraceable: !uncertain && frequencyTraceable,
    synchronizationUncertain: uncertain,
  });
  return { timeFlags, status: encodeStatus(status, statusId) };
}

/**
 * Servers between a reference and the hub: a loop through several protocols ends only if each of them counts. Stratum 1 of
 * clockClass 6 or 7 and stratum 2 of any other class count as none.
 */
function stepsOf({ ntp, ptp }: TimeState, uncertain: boolean): number {
  const first = ptp.clockClass <= PRIMARY_CLASS ? 1 : 2;
  return uncertain ? 0 : Math.max(0, ntp.stratum - first);
}

/** A clock that is given as it is (`[hub] free-run`) is free-running, not uncertain: its clients are to follow it. */
export const isUncertain = ({ mode, local, clocks }: TimeState): boolean =>
  (mode === 'unsynchronised' && local !== true) || !Number.isFinite(clocks[0]!.offsetNs);

/** Parsers that insist on an address get one that stands for none: 0.0.0.0. */
function addressOf(parent: string | undefined): PortAddress {
  const octets = octetsOf(parent ?? '0.0.0.0') ?? octetsOf('0.0.0.0')!;
  return isMappedV4(octets)
    ? { protocol: UDP_IPV4, address: octets.slice(12) }
    : { protocol: UDP_IPV6, address: octets };
}
