import type { Leg, Ns } from '../../api/index.js';
import type { TrackEstimate } from '../estimator/types.js';
import type { SourceTrack } from '../tracks/source.js';

/** Breaches in a row before a track's history is given up. */
const BREACHES = 3;
/** A breach is beyond this many sigmas and noise floors, */
const TOLERANCE = 4;
/** and beyond what corrections of a leg may overdo: latencies of stamps, asymmetries. */
const OVERCORRECTION_NS = 20e3;

/**
 * No message arrives before it was sent, so that every leg bounds its source from one side, whatever the noise. Answers
 * whether what is believed of the track has broken that for several updates: then its past does not fit its present, and it
 * is better forgotten. `legs`: of one update, with the estimate after them.
 */
export function isRefuted(track: SourceTrack, estimate: TrackEstimate, legs: readonly Leg[]): boolean {
  // Whether it contradicts itself because its time has jumped is for the estimator to see.
  if (legs.length === 0 || estimate.suspectNs > 0) return false;
  const toleranceNs = OVERCORRECTION_NS + TOLERANCE * Math.hypot(estimate.sigmaNs, track.noiseFloorNs);
  const isBreached = legs.some((leg) => breachNs(leg, estimate.offsetNs) > toleranceNs);
  track.breaches = isBreached ? track.breaches + 1 : 0;
  return track.breaches >= BREACHES;
}

/** By how much a message would have to arrive before it was sent if the source were `offsetNs` ahead of the clock. */
const breachNs = ({ direction, transitNs }: Leg, offsetNs: Ns): Ns =>
  direction === 'outbound' ? offsetNs - transitNs : -offsetNs - transitNs;
