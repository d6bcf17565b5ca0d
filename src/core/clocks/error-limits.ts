import { type Instant, NS_PER_S, type Ns } from '../../api/index.js';
import type { TrackEstimate } from '../estimator/types.js';
import { distanceNs, VOTE_SIGMAS } from '../selection/root-distance.js';
import type { SourceTrack } from '../tracks/source.js';
import { statedDriftPpb } from '../tracks/stated-error.js';
import { type BoundGrowth, unseenNs } from './bound-growth.js';
import { BOUND_SIGMAS } from './clock-model.js';

/** The error of a clock is below `errorNs` if track `by` is right. */
export interface ErrorLimit {
  readonly errorNs: Ns;
  readonly by: SourceTrack;
  readonly growth: BoundGrowth;
}

/** The estimates that limits are made of. */
export interface LimitContext {
  readonly now: Instant;
  readonly tolerancePpb: number;
  readonly estimate: (track: SourceTrack) => TrackEstimate | undefined;
  readonly biasNs: (track: SourceTrack, estimate: TrackEstimate) => Ns;
}

/**
 * Returns the limit that each carrier sets to the error of a clock. `heardAt`: the last observation by that clock; a carrier that is
 * measured by another clock tells nothing of this one since then.
 */
export function errorLimits(
  carriers: readonly SourceTrack[],
  heardAt: Instant,
  context: LimitContext,
): readonly ErrorLimit[] {
  const limits: ErrorLimit[] = [];
  for (const by of carriers) {
    const estimate = context.estimate(by);
    if (estimate === undefined) continue;
    const growth = growthOf(by, heardAt, context);
    const randomNs = BOUND_SIGMAS * estimate.sigmaNs;
    const errorNs = Math.abs(context.biasNs(by, estimate)) + distanceNs(by, estimate) + randomNs;
    limits.push({ errorNs: errorNs + unseenNs(growth), by, growth });
  }
  return holdingContested(limits);
}

/** Returns half the interval of the carrier that has the least. */
export function leastWidthNs(carriers: readonly SourceTrack[], estimate: LimitContext['estimate']): Ns {
  let leastNs = Number.POSITIVE_INFINITY;
  for (const track of carriers) {
    const found = estimate(track);
    if (found !== undefined) leastNs = Math.min(leastNs, distanceNs(track, found) + VOTE_SIGMAS * found.sigmaNs);
  }
  return leastNs;
}

function growthOf(track: SourceTrack, heardAt: Instant, { now, tolerancePpb }: LimitContext): BoundGrowth {
  const { source, cadence, awaitedNs } = track;
  const ageNs = Math.max(cadence.ageNs(now), Number(now - heardAt), 0);
  return {
    driftPpb: statedDriftPpb(source.statedError, Number(now - cadence.since)),
    tolerancePpb,
    ageS: ageNs / NS_PER_S,
    awaitedS: awaitedNs / NS_PER_S,
  };
}

/** Returns the limits with that of each contested source raised to the greatest of them: it is not known which one drifts. */
function holdingContested(limits: readonly ErrorLimit[]): readonly ErrorLimit[] {
  if (!limits.some(({ by }) => by.isContested)) return limits;
  const contested = limits.filter(({ by }) => by.isContested);
  const errorNs = Math.max(...contested.map((limit) => limit.errorNs));
  return limits.map((limit) => (limit.by.isContested ? { ...limit, errorNs } : limit));
}
