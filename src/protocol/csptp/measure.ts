import type { LocalStamp, Ns } from '../../api/time.js';
import { TOO_LARGE, toNs, transitNs } from '../ptp/index.js';
import type { CsptpAnswer } from './exchange.js';

/** The two ways of an exchange without what transparent clocks took; fractions of a ns are kept. */
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
/** How far the ways may be below zero in all: stamps taken a little outside of the wire. */
const STAMP_ERROR_NS = 1e3;

/** `sent`: when the request left, by the clock that the Sync was stamped by. A text: the end of a sentence about the server. */
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
  if (outboundCorrection === TOO_LARGE || inboundCorrection === TOO_LARGE)
    return 'is behind a delay too large to be told';
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
