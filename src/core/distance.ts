import type { Ns } from '../api/index.js';
import type { TrackEstimate } from './estimator/types.js';
import type { Track } from './source.js';

/**
 * Of the one-way delay, how much the two directions are believed to differ (one standard deviation). Ordinary paths are
 * nearly symmetric; the root distance covers the worst.
 */
const ASYMMETRY_SHARE = 0.025;
/** A stated maximum as a standard deviation. */
const MAXIMUM_IN_SIGMAS = 3;
/** Voters are compared at this many sigmas, bounds are stated at the other. */
export const VOTE_SIGMAS = 3;
export const BOUND_SIGMAS = 4;

/**
 * How far truth may be from this track whatever the data say: the root distance of RFC 5905 §11.1 without its random part,
 * and what source and operator concede.
 */
export function distanceNs(track: Track, estimate: TrackEstimate): Ns {
  const { claims, options } = track.source;
  if (track.kind === 'pulse') return track.noiseFloorNs + Math.abs(options.asymmetryNs);
  return (
    (claims.rootDelayNs ?? 0) / 2 +
    (claims.rootDispersionNs ?? 0) +
    oneWayNs(estimate) +
    (claims.biasBoundNs ?? 0) +
    Math.abs(options.asymmetryNs) +
    track.noiseFloorNs
  );
}

/** The believed standard deviation of a track's bias: what admitting it asserts. */
export function biasSigmaNs(track: Track, estimate: TrackEstimate): Ns {
  const { claims, options } = track.source;
  const asymmetry = options.asymmetryNs / MAXIMUM_IN_SIGMAS;
  if (track.kind === 'pulse') return Math.hypot(track.noiseFloorNs, asymmetry);
  return Math.hypot(
    ASYMMETRY_SHARE * (oneWayNs(estimate) + (claims.rootDelayNs ?? 0) / 2),
    (claims.rootDispersionNs ?? 0) / MAXIMUM_IN_SIGMAS,
    (claims.biasBoundNs ?? 0) / MAXIMUM_IN_SIGMAS,
    asymmetry,
    track.noiseFloorNs,
  );
}

const oneWayNs = ({ delayNs }: TrackEstimate): Ns => (Number.isFinite(delayNs) ? Math.max(delayNs, 0) : 0);
