import type { LocalStamp, Ns } from '../../api/time.js';
import { TOO_LARGE, toNs, transitNs } from '../ptp/index.js';
import type { CsptpAnswer } from './exchange.js';

/** The two transit times of an exchange without the residence times in transparent clocks, to fractions of a ns. */
export interface CsptpMeasurement {
  /** t2 − t1 − c1: received by the server − sent by us. */
  readonly outboundNs: Ns;
  /** t4 − t3 − c2: received by us − sent by the server. */
  readonly inboundNs: Ns;
  /** Server − local, on their own timescales. */
  readonly offsetNs: Ns;
  readonly meanPathDelayNs: Ns;
}

const MAX_STEP_NS = 1e6;
const MAX_DRIFT = 1e-3;
/** The round trip may be negative by this, ns, because stamps are taken a little beside the wire. */
const STAMP_ERROR_NS = 1e3;

/**
 * Measures an exchange. `sent`: stamp of the request by the clock that stamped the Sync. Returns the end of a sentence about
 * the server if the times contradict each other.
 */
export function measure(answer: CsptpAnswer, sent: LocalStamp): CsptpMeasurement | string {
  const { sync, received, transmit, outboundCorrection, inboundCorrection } = answer;
  const elapsedNs = Number(received.time - sent.time);
  const trueElapsedNs = Number(received.monotonic - sent.monotonic);
  if (Math.abs(elapsedNs - trueElapsedNs) > MAX_STEP_NS + MAX_DRIFT * Math.abs(trueElapsedNs)) {
    return 'answered while the local clock was set';
  }
  const residenceNs = Number(transmit - sync.requestIngress);
  if (residenceNs < 0) return 'claims to have answered before it was asked';
  const roundTripNs = elapsedNs - residenceNs;
  const toleranceNs = STAMP_ERROR_NS + MAX_DRIFT * residenceNs;
  if (roundTripNs < -toleranceNs) return 'claims to have taken longer than the round trip';
  if (outboundCorrection === TOO_LARGE || inboundCorrection === TOO_LARGE) return 'sent a correction that is too large';
  const correctedNs = Math.abs(toNs(outboundCorrection)) + Math.abs(toNs(inboundCorrection));
  if (correctedNs > roundTripNs + toleranceNs) return 'sent corrections of more than the round trip';

  const outboundNs = transitNs(sync.requestIngress, sent.time, outboundCorrection);
  const inboundNs = transitNs(received.time, transmit, inboundCorrection);
  return {
    outboundNs,
    inboundNs,
    offsetNs: (outboundNs - inboundNs) / 2,
    meanPathDelayNs: (outboundNs + inboundNs) / 2,
  };
}
