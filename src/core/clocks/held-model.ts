import type { Instant } from '../../api/index.js';
import type { ClockEstimate } from '../estimator/types.js';
import type { Clock } from './clock.js';
import { BOUND_SIGMAS, type ClockModel, extrapolate } from './clock-model.js';

/** A contradiction of a held rate counts if it is greater than the last one by this factor. */
const LEAST_RISE = 1.1;

/**
 * Returns a held model with the rate by which the sources that are heard, but not used, contradict its own. `heard`: the estimate
 * that they give.
 */
export function withDoubt(held: ClockModel, heard: ClockEstimate | undefined, now: Instant): ClockModel {
  if (heard === undefined) return held;
  const contradictionPpb = Math.abs(heard.slopePpb - held.slopePpb) - BOUND_SIGMAS * heard.slopeSigmaPpb;
  if (!(contradictionPpb > held.driftPpb * LEAST_RISE)) return held;
  return { ...extrapolate(held, now), driftPpb: contradictionPpb };
}

/** Applies a change of the clock to the models that run on by themselves. */
export function changeHeld(clock: Clock, change: (model: ClockModel) => ClockModel): void {
  const { held, tightest } = clock;
  if (held !== undefined) clock.held = change(held);
  if (tightest !== undefined) {
    const { model, by, stratum } = tightest;
    clock.tightest = { model: change(model), by, stratum };
  }
}
