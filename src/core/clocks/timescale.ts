import { type ClockId, type ClockScale, NS_PER_S, type Ns, type Observation, type Timescale } from '../../api/index.js';

/** Constant since the epoch of GPS time (IS-GPS-200 §3.3.4). */
const TAI_MINUS_GPS_S = 19;

/** Returns the timescale of a clock if its host states none: PTP hardware clocks run on TAI (IEEE 1588-2019 §7.2.1). */
export const usualScale = (clock: ClockId): ClockScale => (clock === 'system' ? 'utc' : 'tai');

/** Returns reading of `to` − reading of `from` at one moment, ns. Neither may be `arb`, whose epoch is not known. */
export function scaleDifferenceNs(to: Timescale, from: Timescale, taiMinusUtcS: number): Ns {
  return (behindTaiS(from, taiMinusUtcS) - behindTaiS(to, taiMinusUtcS)) * NS_PER_S;
}

function behindTaiS(scale: Timescale, taiMinusUtcS: number): number {
  if (scale === 'utc') return taiMinusUtcS;
  return scale === 'gps' ? TAI_MINUS_GPS_S : 0;
}

/** Returns the observation with a reference that is `deltaNs` further ahead: reference − local grows by that. */
export function shiftReference<O extends Observation>(observation: O, deltaNs: Ns): O;
export function shiftReference(observation: Observation, deltaNs: Ns): Observation {
  if (deltaNs === 0) return observation;
  switch (observation.kind) {
    case 'leg': {
      const sign = observation.direction === 'inbound' ? -1 : 1;
      return { ...observation, transitNs: observation.transitNs + sign * deltaNs };
    }
    case 'reading':
      return { ...observation, offsetNs: observation.offsetNs + deltaNs };
    case 'pulse':
      return {
        ...observation,
        edge: observation.edge - BigInt(Math.round(deltaNs)),
        ...(observation.numberedOffsetNs === undefined
          ? {}
          : { numberedOffsetNs: observation.numberedOffsetNs + deltaNs }),
      };
    case 'rate':
      return observation;
  }
}
