import { type Instant, NS_PER_S, type Ns } from '../../api/index.js';
import type { ClockEstimate } from '../estimator/types.js';
import { BOUND_SIGMAS } from '../selection/root-distance.js';

/** A clock's estimate at an instant, with the part of its error that no data can show: enough to extrapolate. */
export interface ClockModel extends ClockEstimate {
  /** CLOCK_MONOTONIC_RAW of the estimate. */
  readonly at: Instant;
  /** Root distance and biases of the best source. */
  readonly distanceNs: Ns;
  /** The growth of that, ns/s: the best source runs away by its own statement. */
  readonly driftPpb: number;
  /** Least bound, ns: what holdover has promised already. Absent while a source carries the estimate. */
  readonly floorNs?: Ns;
}

/** The end of a straight line through noisy points and its slope err together: their correlation in the steady state. */
const CORRELATION = Math.SQRT1_2;

/** What the estimator found of a clock, as the model from `at` on. */
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

/** The model at another instant: the offset runs on with its slope, the variance with what the oscillator may do. */
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

/** The offset alone at another instant. */
export const offsetAt = (model: ClockModel, to: Instant): Ns =>
  model.offsetNs + model.slopePpb * (Number(to - model.at) / NS_PER_S);

/** The error is believed to be below this. */
export const boundNs = (model: ClockModel): Ns => Math.max(ownBoundNs(model), model.floorNs ?? 0);

/** The bound of this model alone, whatever was promised before. */
const ownBoundNs = ({ distanceNs, sigmaNs }: ClockModel): Ns => distanceNs + BOUND_SIGMAS * sigmaNs;

/**
 * The model of a clock in holdover: its bound is never below one that was promised since holdover began, also where sources
 * that do not carry the estimate, or another clock, make sigma smaller again.
 */
export const notBelow = (model: ClockModel, before: ClockModel | undefined): ClockModel =>
  before === undefined
    ? model
    : { ...model, floorNs: Math.max(before.floorNs ?? 0, ownBoundNs(extrapolate(before, model.at))) };

/** How fast the bound grows during the next second, ns/s = ppb. */
export const boundGrowthPpb = (model: ClockModel): number =>
  boundNs(extrapolate(model, model.at + BigInt(NS_PER_S))) - boundNs(model);

/** The model after the clock was stepped forward by `deltaNs`. */
export const stepped = (model: ClockModel, deltaNs: Ns): ClockModel => ({
  ...model,
  offsetNs: model.offsetNs - deltaNs,
});

/**
 * The model after the clock was made to run faster by `deltaPpb` at `at`: for later instants. It keeps its own instant, since
 * an error of the slope adds up over all the time since then.
 */
export const quickened = (model: ClockModel, deltaPpb: number, at: Instant): ClockModel => ({
  ...model,
  offsetNs: model.offsetNs + (deltaPpb * Number(at - model.at)) / NS_PER_S,
  slopePpb: model.slopePpb - deltaPpb,
});
