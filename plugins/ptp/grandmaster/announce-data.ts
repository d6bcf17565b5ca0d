import type { ClockScale, GrandmasterClaims, TimeState } from 'timehub/api';
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
  /** Of a clock that was locked and has drifted out of specification: 52 never follows another, 187 may. */
  readonly degradedClass: 52 | 187;
  /** Whether a grandmaster that the hub follows is announced, or the hub itself. */
  readonly boundary: 'pass-on' | 'own';
  readonly timescale: ClockScale;
  /** Of the power profile. */
  readonly grandmasterId: number;
  /** The civil time that is announced beside it. */
  readonly localTime?: LocalTime;
}

/** IEEE 1588-2019 table 4. */
const DEGRADED = 52;

/** What to announce for a state of the hub: nothing but that state decides. */
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

/** The bound is of the whole way from the reference to here: that of a boundary clock contains what it was told. */
const powerOf = ({ clocks }: TimeState, { grandmasterId }: AnnounceOptions): PowerProfileData => ({
  grandmasterId,
  inaccuracyNs: clocks.find(({ id }) => id === 'system')?.boundNs ?? Number.NaN,
});

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

/** A boundary clock tells what it heard, one step further (§9.3.5, table 33). */
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
 * The time that is sent is TAI as far as the hub knows how far that is from UTC. The flags tell what is known, the class
 * how good it is: a receiver that sees the timescale change would jump by 37 s.
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
