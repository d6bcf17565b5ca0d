import type { Instant } from '../../api/index.js';
import { allTracks, type Source, type SourceTrack } from '../tracks/source.js';

/** Each function returns true when the admission of the track has to be withdrawn until it is judged again. */

/**
 * To be called when a track is heard, ahead of its first observation: after a long silence it is learnt again. A few lost replies
 * change nothing, whatever the source said of them: if its time has jumped meanwhile, its observations show it.
 */
export function comesBack(track: SourceTrack, sources: Iterable<Source>, now: Instant): boolean {
  if (!track.isLost) return false;
  const wasSilent = track.hasLapsed || track.cadence.ageNs(now) > track.silentAfterNs;
  track.comeBack();
  return wasSilent && hasCompany(track, sources) && losesAdmission(track);
}

/** To be called after the estimator took an observation: a track with which it has begun again must be admitted again. */
export function restarts(track: SourceTrack, count: number, sources: Iterable<Source>): boolean {
  if (!track.jumps.noteRestarts(count) || !hasCompany(track, sources)) return false;
  return isExpelled(track);
}

/** To be called when a source whose time has jumped is not the only one: it has to convince the others again. */
export const isExpelled = (track: SourceTrack): boolean => {
  const wasAdmitted = losesAdmission(track);
  if (wasAdmitted) track.admission.countExpulsion();
  return wasAdmitted;
};

/** Without others that have a share of the estimate, the track's old place is the best there is. */
const hasCompany = (track: SourceTrack, sources: Iterable<Source>): boolean =>
  allTracks(sources).some((other) => other.carries && other !== track && !other.fit.outlier);

function losesAdmission(track: SourceTrack): boolean {
  track.judgeAgain();
  return track.admission.isAdmitted;
}
