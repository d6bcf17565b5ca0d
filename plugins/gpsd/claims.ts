import type { Claims, Ns } from 'timehub/api';
import type { Receiver } from 'timehub/protocol/gpsd';

/** TAI − GPS, fixed by definition (IS-GPS-200 §3.3.4). */
const TAI_MINUS_GPS_S = 19;
/** IEEE 1588-2019 §7.6.2.8: GNSS. */
const TIME_SOURCE_GNSS = 0x20;
/** IEEE 1588-2019 §7.6.2.5: locked to a primary reference. */
const CLOCK_CLASS_LOCKED = 6;

/**
 * Bound of the bias, ns, of a fix without altitude: the altitude may be wrong by 8.9 km, the height of the highest mountain,
 * and the time by what light needs for that.
 */
const FLAT_BIAS_NS = 30e3;
/** Bound of the bias, ns, of pulses without a receiver that states a fix. */
const LONE_BIAS_NS = 1e6;

/** Returns the claims of pulses without a receiver: they mark the seconds, but nothing confirms that they are right. */
export const claimsOfLonePulses = (device: string, biasBoundNs: Ns): Claims => ({
  synchronised: true,
  stratum: 0,
  rootDelayNs: 0,
  rootDispersionNs: 0,
  reference: 'PPS',
  address: device,
  biasBoundNs: biasBoundNs + LONE_BIAS_NS,
});

/** Returns the claims of a trusted receiver. `biasBoundNs`: of the kind of comparison in use. */
export function claimsOf(receiver: Receiver, biasBoundNs: Ns): Claims {
  const { leapSeconds } = receiver;
  return {
    synchronised: true,
    stratum: 0,
    rootDelayNs: 0,
    rootDispersionNs: 0,
    clockClass: CLOCK_CLASS_LOCKED,
    timeSource: TIME_SOURCE_GNSS,
    reference: 'GNSS',
    address: receiver.path,
    traceable: true,
    biasBoundNs: biasBoundNs + (receiver.quality.flat ? FLAT_BIAS_NS : 0),
    ...(leapSeconds === undefined ? {} : { taiMinusUtc: leapSeconds + TAI_MINUS_GPS_S }),
  };
}
