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

/** clockClass of time that is not traceable (IEEE 1588-2019 table 4). */
const FREE_RUNNING = 248;
/** The worst clockClass next to a reference (same table): 6 is locked to a primary reference, 7 in holdover. */
const PRIMARY_CLASS = 7;
const UDP_IPV4 = 1;
const UDP_IPV6 = 2;

/**
 * Returns the flags and the status of a reply, made of the hub's state alone. The UTC offset is valid only while it is known;
 * without it, ptpTimescale is not set either.
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
 * Returns the servers between a reference and the hub: a loop through several protocols ends only if each counts. Stratum 1 of
 * clockClass 6 or 7 and stratum 2 of any other class count as none.
 */
function stepsOf({ ntp, ptp }: TimeState, uncertain: boolean): number {
  const first = ptp.clockClass <= PRIMARY_CLASS ? 1 : 2;
  return uncertain ? 0 : Math.max(0, ntp.stratum - first);
}

/** A clock served uncorrected (`[hub] free-run`) is free-running, not uncertain: its clients shall follow it. */
export const isUncertain = ({ mode, local, clocks }: TimeState): boolean =>
  (mode === 'unsynchronised' && local !== true) || !Number.isFinite(clocks[0]!.offsetNs);

/** Returns the octets of the parent's address; 0.0.0.0 for none, because some parsers require an address. */
function addressOf(parent: string | undefined): PortAddress {
  const octets = octetsOf(parent ?? '0.0.0.0') ?? octetsOf('0.0.0.0')!;
  return isMappedV4(octets)
    ? { protocol: UDP_IPV4, address: octets.slice(12) }
    : { protocol: UDP_IPV6, address: octets };
}
