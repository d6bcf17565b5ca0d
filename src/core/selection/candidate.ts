import type { Instant } from '../../api/index.js';
import type { TrackEstimate } from '../estimator/types.js';
import type { SourceTrack } from '../tracks/source.js';
import { distanceNs, VOTE_SIGMAS } from './root-distance.js';
import type { Interval, Opinion } from './vote.js';

/** Voters that are silent. */
export interface SilentVoters {
  /** The estimate still rests on them. */
  readonly carrying: readonly Candidate[];
  /** They have missed a few observations. */
  readonly brief: readonly Candidate[];
}

export const NONE_SILENT: SilentVoters = { carrying: [], brief: [] };

/** Returns true while a silence may be a few lost replies: nothing is known to have changed. */
export const isBrief = ({ cadence, silentAfterNs }: SourceTrack, now: Instant): boolean =>
  cadence.ageNs(now) <= silentAfterNs;

/** An eligible track with its interval: its bias against the present estimate ± its root distance. */
export interface Candidate extends Opinion {
  readonly track: SourceTrack;
  readonly estimate: TrackEstimate;
}

/** Returns the interval of a track: its root distance, and its random error around its bias. */
export const intervalOfTrack = (track: SourceTrack, estimate: TrackEstimate, biasNs: number): Interval => ({
  centreNs: biasNs,
  halfNs: distanceNs(track, estimate) + VOTE_SIGMAS * estimate.sigmaNs,
});
