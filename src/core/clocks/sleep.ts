import { NS_PER_S, type Ns } from '../../api/index.js';
import { coolingPpb } from '../persistence/saved-state.js';
import { type ClockModel, extrapolate } from './clock-model.js';

/**
 * Linux carries the time over a sleep with the battery-backed clock, which it reads in whole seconds before and after: the
 * difference of two truncated readings has this standard deviation (1/√6 s).
 */
const READING_NS = 0.41 * NS_PER_S;
/** Frequency error of a free-running 32 kHz crystal, s/s (one standard deviation). */
const DRIFT = 50e-6;

/** Returns the standard deviation of the stated length of a sleep, ns. */
export const sleepSigmaNs = (sleptNs: Ns): Ns => Math.hypot(READING_NS, DRIFT * sleptNs);

/** Returns the model of a clock after a sleep, over which the battery-backed clock carried its phase. */
export function afterSleep(model: ClockModel, sleptNs: Ns): ClockModel {
  const { slopeSigmaPpb } = extrapolate({ ...model, slopeSigmaPpb: 0 }, model.at + BigInt(Math.round(sleptNs)));
  return {
    ...model,
    sigmaNs: Math.hypot(model.sigmaNs, sleepSigmaNs(sleptNs)),
    slopeSigmaPpb: Math.hypot(model.slopeSigmaPpb, slopeSigmaPpb, coolingPpb(sleptNs)),
  };
}
