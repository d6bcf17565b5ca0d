import type { Ns } from '../../api/index.js';
import { allTracks, carries, type Source, type SourceTrack } from '../tracks/source.js';

/** To do in the estimator: assert that the bias of a track is zero ± sigma, or take that back. */
export interface Change {
  readonly track: SourceTrack;
  readonly biasSigmaNs: Ns | undefined;
}

/** An admitted track must disagree in this many of its own updates in a row: an estimate is already an average. */
const UPDATES_TO_EXPEL = 2;
/** A rejected one must agree in this many, twice as many after each expulsion: toggling costs more than a falseticker. */
const UPDATES_TO_RETURN = 4;
const UPDATES_TO_RETURN_AT_MOST = 64;
/** An assertion is renewed when what is known of the bias has changed by this factor. */
const RENEWAL = 1.5;

/** The verdict of the moment about one track. `alone`: nobody independent stands beside the majority's first. */
export interface AdmissionRuling {
  readonly member: boolean;
  readonly alone: boolean;
}

/** Whether the track is in after this ruling: a change of mind takes several of its own updates. */
export function stands(track: SourceTrack, ruling: AdmissionRuling): boolean {
  const { member } = ruling;
  const admitted = track.admittedNs !== undefined;
  const spoke = track.updates !== track.judgedUpdates;
  track.judgedUpdates = track.updates;
  if (!ruling.alone) track.condemned = !member;
  if (member === admitted) track.streak = 0;
  else if (spoke) track.streak++;
  const changes = member !== admitted && track.streak >= patience(track, ruling);
  const standing = changes ? member : admitted;
  if (changes) track.streak = 0;
  if (changes && !member) track.expulsions++;
  else if (!standing) track.expulsions = Math.max(track.expulsions, 1);
  return standing;
}

export const probation = (track: SourceTrack, ruling: AdmissionRuling): string =>
  `is on probation after disagreeing: it has agreed in ${track.streak} of ${patience(track, ruling)} observations`;

/** Asserts that the bias is zero ± sigma, where that is news. */
export function admit(track: SourceTrack, sigmaNs: Ns): readonly Change[] {
  const before = track.admittedNs;
  if (before !== undefined && sigmaNs < before * RENEWAL && sigmaNs > before / RENEWAL) return [];
  track.admittedNs = sigmaNs;
  return [{ track, biasSigmaNs: sigmaNs }];
}

export function release(track: SourceTrack): readonly Change[] {
  if (track.admittedNs === undefined) return [];
  track.admittedNs = undefined;
  return [{ track, biasSigmaNs: undefined }];
}

/** To be called when a track speaks: after a silence it is learnt anew. */
export function comeBack(track: SourceTrack, sources: Iterable<Source>): readonly Change[] {
  if (!track.lost) return [];
  track.lost = false;
  return learnAnew(track, sources);
}

/**
 * To be called after the estimator took an observation: where it began anew with a track, that has its place to earn again.
 * What it says stands alone until then, against all that the others have said together.
 */
export function restart(track: SourceTrack, restarts: number, sources: Iterable<Source>): readonly Change[] {
  if (track.restarts === restarts) return [];
  track.restarts = restarts;
  const changes = learnAnew(track, sources);
  if (changes.length > 0) track.expulsions++;
  return changes;
}

/** To be called when the time of a source has jumped that is not alone: it has to convince the others. */
export function jumped(track: SourceTrack): readonly Change[] {
  const changes = judgeAnew(track);
  if (changes.length > 0) track.expulsions++;
  return changes;
}

/**
 * Beside others that have a share of the estimate it is judged again once it is known; alone, its old place is the best there
 * is.
 */
function learnAnew(track: SourceTrack, sources: Iterable<Source>): readonly Change[] {
  const others = allTracks(sources).filter((other) => carries(other) && other !== track && !other.outlier);
  return others.length === 0 ? [] : judgeAnew(track);
}

function judgeAnew(track: SourceTrack): readonly Change[] {
  track.updates = 0;
  track.judgedUpdates = 0;
  return release(track);
}

/** Updates that it takes to change a track's status. Whom others disproved, nobody follows alone before long. */
function patience(track: SourceTrack, { alone }: AdmissionRuling): number {
  if (track.admittedNs !== undefined) return UPDATES_TO_EXPEL;
  if (track.condemned && alone) return UPDATES_TO_RETURN_AT_MOST;
  if (track.expulsions === 0) return 0;
  return Math.min(UPDATES_TO_RETURN * 2 ** (track.expulsions - 1), UPDATES_TO_RETURN_AT_MOST);
}
