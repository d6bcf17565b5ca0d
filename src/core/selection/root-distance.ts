import type { Ns } from '../../api/index.js';
import type { TrackEstimate } from '../estimator/types.js';
import type { SourceTrack } from '../tracks/source.js';

/**
 * Of the one-way delay, how much the two directions are believed to differ (one standard deviation). Ordinary paths are
 * nearly symmetric; the root distance covers the worst.
 */
const ASYMMETRY_SHARE = 0.025;
/**
 * The share of the root dispersion by which the source is believed to err (one standard deviation). It grows by 15 ppm of the time
 * since the last update (RFC 5905 §7.3), whatever the clock: like half a round trip, it is what may be at worst.
 */
const DISPERSION_SHARE = 0.1;
/** A stated maximum as a standard deviation. */
const MAXIMUM_IN_SIGMAS = 3;
/** Voters are compared at this many sigmas, bounds are stated at the other. */
export const VOTE_SIGMAS = 3;
export const BOUND_SIGMAS = 4;

/**
 * How far truth may be from this track whatever the data say: the root distance of RFC 5905 §11.1 without its random part,
 * what source and operator concede, and, while it is open whether its time has jumped, by how much. Infinity for a two-way
 * path whose delay is not measured: legs of one direction bound the truth on one side only.
 */
export function distanceNs(track: SourceTrack, estimate: TrackEstimate): Ns {
  const conceded = track.biasBoundNs + Math.abs(track.source.options.asymmetryNs) + track.noiseFloorNs;
  const own = conceded + estimate.suspectNs;
  if (track.kind === 'pulse') return own;
  const { rootDelayNs = 0, rootDispersionNs = 0 } = track.source.claims;
  if (track.kind === 'exchange' && !isDelayKnown(estimate)) return Number.POSITIVE_INFINITY;
  return own + rootDelayNs / 2 + rootDispersionNs + oneWayNs(estimate);
}

/** The believed standard deviation of a track's bias: what admitting it asserts. */
export function biasSigmaNs(track: SourceTrack, estimate: TrackEstimate): Ns {
  const stated = Math.hypot(track.biasBoundNs, track.source.options.asymmetryNs) / MAXIMUM_IN_SIGMAS;
  const own = Math.hypot(stated, track.noiseFloorNs);
  if (track.kind === 'pulse') return own;
  const { rootDelayNs = 0, rootDispersionNs = 0 } = track.source.claims;
  return Math.hypot(own, ASYMMETRY_SHARE * (oneWayNs(estimate) + rootDelayNs / 2), DISPERSION_SHARE * rootDispersionNs);
}

/** The bias that a track may have where its path is as bad as its root distance permits, one standard deviation. */
export const wideSigmaNs = (track: SourceTrack, estimate: TrackEstimate): Ns =>
  Math.max(distanceNs(track, estimate) / MAXIMUM_IN_SIGMAS, biasSigmaNs(track, estimate));

/** Returns true when the estimator has heard both directions of a two-way path. */
export const isDelayKnown = ({ delayNs }: TrackEstimate): boolean => !Number.isNaN(delayNs);

/** Zero where there is no two-way path. */
const oneWayNs = (estimate: TrackEstimate): Ns => (isDelayKnown(estimate) ? Math.max(estimate.delayNs, 0) : 0);
