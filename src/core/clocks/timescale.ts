import { type ClockId, type ClockScale, NS_PER_S, type Ns, type Observation, type Timescale } from '../../api/index.js';

/** GPS time has kept this distance to TAI since its epoch (IS-GPS-200 §3.3.4); only UTC moves. */
const TAI_MINUS_GPS_S = 19;

/** What a clock keeps unless its host says otherwise: PTP hardware clocks run on TAI (IEEE 1588-2019 §7.2.1). */
export const usualScale = (clock: ClockId): ClockScale => (clock === 'system' ? 'utc' : 'tai');

/** Reading of `to` − reading of `from` at one moment, ns. Neither may be `arb`, which has no place in time. */
export function scaleDifferenceNs(to: Timescale, from: Timescale, taiMinusUtcS: number): Ns {
  return (behindTaiS(from, taiMinusUtcS) - behindTaiS(to, taiMinusUtcS)) * NS_PER_S;
}

function behindTaiS(scale: Timescale, taiMinusUtcS: number): number {
  if (scale === 'utc') return taiMinusUtcS;
  return scale === 'gps' ? TAI_MINUS_GPS_S : 0;
}

/** The same observation as if its reference were `deltaNs` ahead of where it is: reference − local grows by it. */
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
