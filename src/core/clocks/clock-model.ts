import { type Instant, NS_PER_S, type Ns } from '../../api/index.js';
import type { ClockEstimate } from '../estimator/types.js';
import { type BoundGrowth, grownNs } from './bound-growth.js';

/** A clock's estimate at an instant, with the systematic part of its error: enough to extrapolate. */
export interface ClockModel extends ClockEstimate, BoundGrowth {
  /** CLOCK_MONOTONIC_RAW of the estimate. */
  readonly at: Instant;
  /** Root distance and biases of the best source. */
  readonly distanceNs: Ns;
  /** Least bound, ns: holdover has already promised it. Zero while a source carries the estimate. */
  readonly floorNs: Ns;
}

/**
 * Standard deviations of the random error in a bound. Beyond four is one second in 16,000: several a day. Beyond six is one in
 * 500 million.
 */
export const BOUND_SIGMAS = 6;
/** Correlation between the errors of the end of a line fitted to noisy points and of its slope, in the steady state. */
const CORRELATION = Math.SQRT1_2;

/** Returns the estimate of a clock as its model from `at` on. */
export const modelOf = (found: ClockEstimate, at: Instant, distanceNs: Ns, growth: BoundGrowth): ClockModel => ({
  offsetNs: found.offsetNs,
  sigmaNs: found.sigmaNs,
  slopePpb: found.slopePpb,
  slopeSigmaPpb: found.slopeSigmaPpb,
  wander: found.wander,
  at,
  distanceNs,
  driftPpb: growth.driftPpb,
  tolerancePpb: growth.tolerancePpb,
  ageS: growth.ageS,
  awaitedS: growth.awaitedS,
  floorNs: 0,
});

/**
 * Returns the model at another instant: the offset follows its slope, the variances grow by the oscillator's wander. Each field is
 * named, so that all models have one hidden class: V8 copies `...model` far more slowly.
 */
export function extrapolate(model: ClockModel, to: Instant): ClockModel {
  if (to === model.at) return model;
  const seconds = Number(to - model.at) / NS_PER_S;
  const ahead = Math.abs(seconds);
  const { slopePpb, slopeSigmaPpb, wander, driftPpb, tolerancePpb, ageS, awaitedS, floorNs } = model;
  return {
    offsetNs: model.offsetNs + slopePpb * seconds,
    sigmaNs: sigmaAfter(model, ahead),
    slopePpb,
    slopeSigmaPpb: Math.sqrt(slopeSigmaPpb ** 2 + wander * NS_PER_S * NS_PER_S * ahead),
    wander,
    at: to,
    distanceNs: model.distanceNs + grownNs(model, ahead),
    driftPpb,
    tolerancePpb,
    ageS: ageS + ahead,
    awaitedS,
    floorNs,
  };
}

/** Returns the random error after `seconds` without an observation. */
function sigmaAfter({ sigmaNs, slopeSigmaPpb, wander }: ClockModel, seconds: number): Ns {
  const driftNs = slopeSigmaPpb * seconds;
  const together = 2 * CORRELATION * sigmaNs * driftNs;
  return Math.sqrt(sigmaNs ** 2 + together + driftNs ** 2 + (wander * NS_PER_S * NS_PER_S * seconds ** 3) / 3);
}

/** Returns the offset alone at another instant. */
export const offsetAt = (model: ClockModel, to: Instant): Ns =>
  model.offsetNs + model.slopePpb * (Number(to - model.at) / NS_PER_S);

/** Returns the bound of the error: the error is below it if the sources that carry the estimate are right. */
export const boundNs = (model: ClockModel): Ns => Math.max(ownBoundNs(model), model.floorNs);

const ownBoundNs = ({ distanceNs, sigmaNs }: ClockModel): Ns => distanceNs + BOUND_SIGMAS * sigmaNs;

/**
 * Returns the model of a clock in holdover: its bound never falls below one that was promised since holdover began, although
 * sources that do not carry the estimate, or another clock, may make sigma smaller again.
 */
export const notBelow = (model: ClockModel, before: ClockModel | undefined): ClockModel =>
  before === undefined
    ? model
    : { ...model, floorNs: Math.max(before.floorNs, ownBoundNs(extrapolate(before, model.at))) };

/** Returns the growth of the bound in the next second, ns/s = ppb. */
export function boundGrowthPpb(model: ClockModel): number {
  const thenNs = model.distanceNs + grownNs(model, 1) + BOUND_SIGMAS * sigmaAfter(model, 1);
  return Math.max(thenNs, model.floorNs) - boundNs(model);
}

/** Returns the model after the clock was stepped forward by `deltaNs`. */
export const stepped = (model: ClockModel, deltaNs: Ns): ClockModel =>
  withOffset(model, model.offsetNs - deltaNs, model.slopePpb);

/**
 * Returns the model, valid for later instants, after the clock was made faster by `deltaPpb` at `at`. Its own instant stays,
 * since an error of the slope adds up over all the time since then.
 */
export const quickened = (model: ClockModel, deltaPpb: number, at: Instant): ClockModel =>
  withOffset(model, model.offsetNs + (deltaPpb * Number(at - model.at)) / NS_PER_S, model.slopePpb - deltaPpb);

const withOffset = (model: ClockModel, offsetNs: Ns, slopePpb: number): ClockModel => ({
  offsetNs,
  sigmaNs: model.sigmaNs,
  slopePpb,
  slopeSigmaPpb: model.slopeSigmaPpb,
  wander: model.wander,
  at: model.at,
  distanceNs: model.distanceNs,
  driftPpb: model.driftPpb,
  tolerancePpb: model.tolerancePpb,
  ageS: model.ageS,
  awaitedS: model.awaitedS,
  floorNs: model.floorNs,
});
