import { NS_PER_S, type Ns } from '../../api/index.js';
import { coolingPpb } from '../persistence/saved-state.js';
import { type ClockModel, extrapolate } from './clock-model.js';

/**
 * Linux carries the time over a sleep with the battery-backed clock, which it reads in whole seconds, before and after: the
 * difference of two cut-off fractions has this standard deviation (1/√6 s).
 */
const READING_NS = 0.41 * NS_PER_S;
/** A 32 kHz crystal that nobody steers (one standard deviation). */
const DRIFT = 50e-6;

/** How wrong the length of a sleep may be (one standard deviation). */
export const sleepSigmaNs = (sleptNs: Ns): Ns => Math.hypot(READING_NS, DRIFT * sleptNs);

/** The model after a sleep that it did not see: its phase is what the battery-backed clock made of it. */
export function rested(model: ClockModel, sleptNs: Ns): ClockModel {
  const { slopeSigmaPpb } = extrapolate({ ...model, slopeSigmaPpb: 0 }, model.at + BigInt(Math.round(sleptNs)));
  return {
    ...model,
    sigmaNs: Math.hypot(model.sigmaNs, sleepSigmaNs(sleptNs)),
    slopeSigmaPpb: Math.hypot(model.slopeSigmaPpb, slopeSigmaPpb, coolingPpb(sleptNs)),
  };
}
