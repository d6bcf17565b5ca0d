import type { Ns } from '../../api/index.js';
import { hypot, hypot3 } from '../arithmetic/hypot.js';
import type { TrackEstimate } from '../estimator/types.js';
import type { SourceTrack } from '../tracks/source.js';

/**
 * Usual difference of the two directions as a share of the one-way delay (one standard deviation). Ordinary paths are nearly
 * symmetric; the root distance covers the worst.
 */
const ASYMMETRY_SHARE = 0.025;
/**
 * Usual error of a source as a share of its root dispersion (one standard deviation). Root dispersion grows by 15 ppm of the
 * time since the last update (RFC 5905 §7.3), whatever the clock: like half a round trip, it is a worst case.
 */
const DISPERSION_SHARE = 0.1;
/** Standard deviations in a stated maximum. */
const MAXIMUM_IN_SIGMAS = 3;
/** Standard deviations of the random error in the interval of a voter. */
export const VOTE_SIGMAS = 3;

/**
 * Returns the largest systematic error of a track: the root distance of RFC 5905 §11.1 without its random part, the bounds
 * that source and operator state, and the size of a suspected jump. Infinity for a two-way path whose delay is not measured:
 * legs of one direction bound the offset on one side only.
 */
export function distanceNs(track: SourceTrack, estimate: TrackEstimate): Ns {
  const stated = track.biasBoundNs + Math.abs(track.source.options.asymmetryNs) + track.noiseFloorNs;
  const own = stated + estimate.suspectNs;
  if (track.kind === 'pulse') return own;
  const { rootDelayNs = 0, rootDispersionNs = 0 } = track.source.claims;
  if (track.kind === 'exchange' && !isDelayKnown(estimate)) return Number.POSITIVE_INFINITY;
  return own + rootDelayNs / 2 + rootDispersionNs + oneWayNs(estimate);
}

/** Returns the usual bias of a track (one standard deviation): the sigma with which it is admitted. */
export function biasSigmaNs(track: SourceTrack, estimate: TrackEstimate): Ns {
  const stated = hypot(track.biasBoundNs, track.source.options.asymmetryNs) / MAXIMUM_IN_SIGMAS;
  const own = hypot(stated, track.noiseFloorNs);
  if (track.kind === 'pulse') return own;
  const { rootDelayNs = 0, rootDispersionNs = 0 } = track.source.claims;
  return hypot3(own, ASYMMETRY_SHARE * (oneWayNs(estimate) + rootDelayNs / 2), DISPERSION_SHARE * rootDispersionNs);
}

/** Returns the bias of a track whose path is as bad as its root distance permits (one standard deviation). `usualNs`: `biasSigmaNs` */
export const wideSigmaNs = (rootDistanceNs: Ns, usualNs: Ns): Ns =>
  Math.max(rootDistanceNs / MAXIMUM_IN_SIGMAS, usualNs);

/** Returns true when the estimator has heard both directions of a two-way path. */
export const isDelayKnown = ({ delayNs }: TrackEstimate): boolean => delayNs !== undefined;

/** Zero where there is no two-way path. */
const oneWayNs = ({ delayNs = 0 }: TrackEstimate): Ns => Math.max(delayNs, 0);
