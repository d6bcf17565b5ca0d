import type { TrackEstimate } from '../estimator/types.js';
import type { SourceTrack } from '../tracks/source.js';
import { distanceNs, VOTE_SIGMAS } from './root-distance.js';
import type { Interval, Opinion } from './vote.js';

/** A track that may be judged, with its opinion: where the truth is, as a bias against the present estimate. */
export interface Candidate extends Opinion {
  readonly track: SourceTrack;
  readonly estimate: TrackEstimate;
}

/** What a track vouches for: its root distance and its random error around its bias. */
export const opinionOf = (track: SourceTrack, estimate: TrackEstimate, biasNs: number): Interval => ({
  centreNs: biasNs,
  halfNs: distanceNs(track, estimate) + VOTE_SIGMAS * estimate.sigmaNs,
});

export const idsOf = (candidates: readonly Candidate[]): string[] => [
  ...new Set(candidates.map(({ track }) => track.source.id)),
];
