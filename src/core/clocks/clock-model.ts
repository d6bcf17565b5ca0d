import { type Instant, NS_PER_S, type Ns } from '../../api/index.js';
import type { ClockEstimate } from '../estimator/types.js';

/** A clock's estimate at an instant, with the systematic part of its error: enough to extrapolate. */
export interface ClockModel extends ClockEstimate {
  /** CLOCK_MONOTONIC_RAW of the estimate. */
  readonly at: Instant;
  /** Root distance and biases of the best source. */
  readonly distanceNs: Ns;
  /** Growth of `distanceNs`, ns/s: the drift of the best source by its own statement. */
  readonly driftPpb: number;
  /** Least bound, ns: holdover has already promised it. Absent while a source carries the estimate. */
  readonly floorNs?: Ns;
}

/**
 * Standard deviations of the random error in a bound. Beyond four is one second in 16,000: several a day. Beyond six is one in
 * 500 million.
 */
export const BOUND_SIGMAS = 6;
/** Correlation between the errors of the end of a line fitted to noisy points and of its slope, in the steady state. */
const CORRELATION = Math.SQRT1_2;

/** Returns the estimate of a clock as its model from `at` on. */
export const modelOf = (found: ClockEstimate, at: Instant, distanceNs: Ns, driftPpb: number): ClockModel => ({
  offsetNs: found.offsetNs,
  sigmaNs: found.sigmaNs,
  slopePpb: found.slopePpb,
  slopeSigmaPpb: found.slopeSigmaPpb,
  wander: found.wander,
  at,
  distanceNs,
  driftPpb,
});

/** Returns the model at another instant: the offset follows its slope, the variances grow by the oscillator's wander. */
export function extrapolate(model: ClockModel, to: Instant): ClockModel {
  const seconds = Number(to - model.at) / NS_PER_S;
  const wanderNs2 = model.wander * NS_PER_S * NS_PER_S;
  const ahead = Math.abs(seconds);
  const driftNs = model.slopeSigmaPpb * ahead;
  const together = 2 * CORRELATION * model.sigmaNs * driftNs;
  return {
    ...model,
    at: to,
    distanceNs: model.distanceNs + model.driftPpb * ahead,
    offsetNs: offsetAt(model, to),
    sigmaNs: Math.sqrt(model.sigmaNs ** 2 + together + driftNs ** 2 + (wanderNs2 * ahead ** 3) / 3),
    slopeSigmaPpb: Math.sqrt(model.slopeSigmaPpb ** 2 + wanderNs2 * ahead),
  };
}

/** Returns the offset alone at another instant. */
export const offsetAt = (model: ClockModel, to: Instant): Ns =>
  model.offsetNs + model.slopePpb * (Number(to - model.at) / NS_PER_S);

/** Returns the bound of the error: the error is below it if the sources that carry the estimate are right. */
export const boundNs = (model: ClockModel): Ns => Math.max(ownBoundNs(model), model.floorNs ?? 0);

const ownBoundNs = ({ distanceNs, sigmaNs }: ClockModel): Ns => distanceNs + BOUND_SIGMAS * sigmaNs;

/**
 * Returns the model of a clock in holdover: its bound never falls below one that was promised since holdover began, although
 * sources that do not carry the estimate, or another clock, may make sigma smaller again.
 */
export const notBelow = (model: ClockModel, before: ClockModel | undefined): ClockModel =>
  before === undefined
    ? model
    : { ...model, floorNs: Math.max(before.floorNs ?? 0, ownBoundNs(extrapolate(before, model.at))) };

/** Returns the growth of the bound in the next second, ns/s = ppb. */
export const boundGrowthPpb = (model: ClockModel): number =>
  boundNs(extrapolate(model, model.at + BigInt(NS_PER_S))) - boundNs(model);

/** Returns the model after the clock was stepped forward by `deltaNs`. */
export const stepped = (model: ClockModel, deltaNs: Ns): ClockModel => ({
  ...model,
  offsetNs: model.offsetNs - deltaNs,
});

/**
 * Returns the model, valid for later instants, after the clock was made faster by `deltaPpb` at `at`. Its own instant stays,
 * since an error of the slope adds up over all the time since then.
 */
export const quickened = (model: ClockModel, deltaPpb: number, at: Instant): ClockModel => ({
  ...model,
  offsetNs: model.offsetNs + (deltaPpb * Number(at - model.at)) / NS_PER_S,
  slopePpb: model.slopePpb - deltaPpb,
});
