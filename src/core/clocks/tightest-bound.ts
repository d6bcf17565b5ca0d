import { type Instant, NS_PER_S } from '../../api/index.js';
import { isFarBelow } from '../selection/echo.js';
import type { SourceTrack } from '../tracks/source.js';
import { statedStratum } from '../tracks/stratum.js';
import { BOUND_SIGMAS, boundNs, type ClockModel, extrapolate, modelOf } from './clock-model.js';
import type { ErrorLimit } from './error-limits.js';

/** The tightest bound that a carrier has given a clock so far, extrapolated since. */
export interface TightestBound {
  readonly model: ClockModel;
  readonly by: SourceTrack;
  /** Stratum of the source at that time. */
  readonly stratum: number;
}

/** Time for which the stratum of a possible echo must have been steady: in a loop it rises with every round. */
const STEADY_NS = BigInt(3600 * NS_PER_S);

/**
 * Returns the least limit. While the source of the tightest bound is silent, one that may have its time from this hub does not
 * count: it would confirm the hub by an earlier statement of the hub itself.
 */
export function leastLimit(
  limits: readonly ErrorLimit[],
  tightest: TightestBound | undefined,
  now: Instant,
): ErrorLimit | undefined {
  const isHeard = tightest === undefined || limits.some(({ by }) => by === tightest.by);
  const counting = isHeard ? limits : limits.filter(({ by }) => !mayEcho(by, tightest, now));
  return counting.reduce<ErrorLimit | undefined>(
    (least, limit) => (least === undefined || limit.errorNs < least.errorNs ? limit : least),
    undefined,
  );
}

function mayEcho({ source }: SourceTrack, { stratum, model }: TightestBound, now: Instant): boolean {
  const { climb } = source;
  if (!isFarBelow(source, stratum)) return false;
  return now - model.at < STEADY_NS || (climb !== undefined && climb.rises > 0 && now - climb.at < STEADY_NS);
}

/**
 * Bounds a clock's model by the carriers or by the tightest bound so far, whichever is smaller: the clock was within that
 * bound then, and the bound has grown since. `model`: without a floor. Returns the bounded model, and the tightest bound from
 * now on.
 */
export function bounded(
  model: ClockModel,
  limit: ErrorLimit | undefined,
  before: TightestBound | undefined,
): { readonly model: ClockModel; readonly tightest: TightestBound | undefined } {
  const grown = before && extrapolate(before.model, model.at);
  if (grown === undefined && limit === undefined) return { model, tightest: before };
  const errorNs = limit?.errorNs ?? Number.POSITIVE_INFINITY;
  const grownNs = grown === undefined ? errorNs : Math.abs(model.offsetNs - grown.offsetNs) + boundNs(grown);
  const randomNs = BOUND_SIGMAS * model.sigmaNs;
  const distanceNs = Math.max(Math.min(errorNs, grownNs) - randomNs, 0);
  if (limit === undefined || errorNs > grownNs)
    return { model: modelOf(model, model.at, distanceNs, grown!), tightest: before };
  const found = modelOf(model, model.at, distanceNs, limit.growth);
  return { model: found, tightest: { model: found, by: limit.by, stratum: statedStratum(limit.by.source.claims) } };
}
