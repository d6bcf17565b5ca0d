import { type ClockScale, type GrandmasterClaims, promisedBoundNs, type TimeState } from 'timehub/api';
import {
  type ClockIdentity,
  type GrandmasterData,
  NO_TIME_FLAGS,
  type PowerProfileData,
  type TimeFlags,
  type Tlv,
} from 'timehub/protocol/ptp';
import type { LocalTime } from './local-time.js';

export interface AnnounceOptions {
  readonly identity: ClockIdentity;
  readonly priority1: number;
  readonly priority2: number;
  /** clockClass of a clock that was locked and has left its specification: 52 never follows another clock, 187 may. */
  readonly degradedClass: 52 | 187;
  /** `pass-on`: announce the grandmaster that the hub follows. `own`: always announce the hub itself. */
  readonly boundary: 'pass-on' | 'own';
  readonly timescale: ClockScale;
  /** GMID of the power profile. */
  readonly grandmasterId: number;
  /** The civil time to announce, too. */
  readonly localTime?: LocalTime;
}

/** clockClass of a clock out of specification (IEEE 1588-2019 table 4). */
const DEGRADED = 52;

/** Returns the data to announce. They depend only on the time state and the options. */
export function announceDataOf(state: TimeState, options: AnnounceOptions): GrandmasterData {
  const { grandmaster } = state.ptp;
  const data =
    grandmaster !== undefined && options.boundary === 'pass-on' && grandmaster.identity !== options.identity
      ? passedOn(state, grandmaster, options)
      : own(state, options);
  return { ...data, power: powerOf(state, options), tlvs: localTimeOf(state, options) };
}

function localTimeOf({ clocks, leap }: TimeState, { localTime, timescale }: AnnounceOptions): readonly Tlv[] {
  const system = clocks.find(({ id }) => id === 'system');
  if (localTime === undefined || system === undefined) return [];
  return [localTime.tlvAt(Number(system.reading) / 1e9, timescale === 'tai' ? leap.taiMinusUtc : 0)];
}

/** The inaccuracy is the promised bound, which covers the whole path from the reference, also for a boundary clock. */
function powerOf({ clocks, promise }: TimeState, { grandmasterId }: AnnounceOptions): PowerProfileData {
  const system = clocks.find(({ id }) => id === 'system');
  return { grandmasterId, inaccuracyNs: system === undefined ? Number.NaN : promisedBoundNs(system, promise) };
}

function own({ ptp, leap }: TimeState, options: AnnounceOptions): GrandmasterData {
  const { identity, priority1, priority2, degradedClass } = options;
  const { clockClass, clockAccuracy: accuracy, offsetScaledLogVariance: variance, timeSource } = ptp;
  return {
    ...{ priority1, priority2, timeSource, grandmaster: identity, stepsRemoved: 0 },
    quality: { clockClass: clockClass === DEGRADED ? degradedClass : clockClass, accuracy, variance },
    flags: { ...utcFlags(leap, options), timeTraceable: ptp.timeTraceable, frequencyTraceable: ptp.frequencyTraceable },
    currentUtcOffset: leap.taiMinusUtc,
  };
}

/** Returns the upstream grandmaster's data, one step further, as a boundary clock announces them (§9.3.5, table 33). */
function passedOn({ leap }: TimeState, upstream: GrandmasterClaims, options: AnnounceOptions): GrandmasterData {
  const { identity, priority1, priority2, timeSource, stepsRemoved, timeTraceable, frequencyTraceable } = upstream;
  return {
    ...{ priority1, priority2, timeSource, grandmaster: identity, stepsRemoved: stepsRemoved + 1 },
    quality: {
      clockClass: upstream.clockClass,
      accuracy: upstream.clockAccuracy,
      variance: upstream.offsetScaledLogVariance,
    },
    flags: { ...utcFlags(leap, options), timeTraceable, frequencyTraceable },
    currentUtcOffset: leap.taiMinusUtc,
    path: upstream.path,
  };
}

/**
 * ptpTimescale is set only while TAI − UTC is known, because the sent time is TAI only then. The flags do not depend on the
 * quality, which clockClass states: a change of the timescale would make receivers jump by 37 s.
 */
function utcFlags({ taiKnown, pending }: TimeState['leap'], { timescale }: AnnounceOptions): TimeFlags {
  const isKnown = taiKnown && timescale === 'tai';
  return {
    ...NO_TIME_FLAGS,
    ptpTimescale: isKnown,
    currentUtcOffsetValid: isKnown,
    leap61: isKnown && pending === 'insert',
    leap59: isKnown && pending === 'delete',
  };
}
