import { formatDuration, type Instant } from '../../api/index.js';
import { isLoop, loopReason } from '../climb.js';
import { count } from '../sentence.js';
import { ageNs, type Source, silentAfterNs, type Track, votes } from '../source.js';
import { UNSYNCHRONISED } from '../stratum.js';

/** Why a track may not be judged, with the state to show for it; undefined when it may. */
export interface Bar {
  readonly state: 'disabled' | 'unreachable' | 'rejected' | 'warming';
  readonly reason: string;
}

/** Updates before a track is judged: enough to tell its noise from its offset. */
const UPDATES_TO_JUDGE = 4;
const LAST_STRATUM = 'is at stratum 15, the last one: a hub that follows it has stratum 16, which means unsynchronised';

export function barOf(track: Track, now: Instant): Bar | undefined {
  const bar = barOfSource(track.source);
  if (bar !== undefined) return bar;
  const ageOfTrackNs = ageNs(track, now);
  if (ageOfTrackNs > silentAfterNs(track)) {
    const usual = track.intervalNs > 0 ? `, usually it speaks every ${formatDuration(track.intervalNs)}` : '';
    return { state: 'unreachable', reason: `nothing heard from it for ${formatDuration(ageOfTrackNs)}${usual}` };
  }
  if (track.updates < UPDATES_TO_JUDGE) {
    const missing = `${count(UPDATES_TO_JUDGE - track.updates, 'more observation')} before it is judged`;
    // Whom the others disproved does not become a newcomer by being learnt anew.
    if (track.condemned) return { state: 'rejected', reason: `was disproved by others and is learnt anew: ${missing}` };
    return { state: 'warming', reason: `is being learnt: ${missing}` };
  }
  return undefined;
}

/** What keeps a whole source from being judged, whatever its tracks say. */
export function barOfSource({ options, silence, claims, kinship, climb, tracks }: Source): Bar | undefined {
  if (silence !== '') return { state: 'unreachable', reason: silence };
  if (options.noselect) return { state: 'disabled', reason: 'is watched only (noselect)' };
  if (kinship.ours !== undefined) return { state: 'rejected', reason: kinship.ours };
  if (!claims.synchronised)
    return { state: 'rejected', reason: 'answers, but says that it is not synchronised itself' };
  if (climb !== undefined && isLoop(climb)) return { state: 'rejected', reason: loopReason(climb) };
  if (claims.stratum !== undefined && claims.stratum >= UNSYNCHRONISED - 1)
    return { state: 'rejected', reason: LAST_STRATUM };
  if (tracks.size === 0) return { state: 'warming', reason: 'nothing heard from it yet' };
  return undefined;
}

/** It may yet get a vote. */
export const isPending = (source: Source, now: Instant): boolean => hasProspects(source, now, isWarming);

/** It has a vote, or may yet get one. */
export const mayVote = (source: Source, now: Instant): boolean =>
  hasProspects(source, now, (bar) => bar === undefined || isWarming(bar));

const isWarming = (bar: Bar | undefined): boolean => bar?.state === 'warming';

function hasProspects(source: Source, now: Instant, test: (bar: Bar | undefined) => boolean): boolean {
  const bar = barOfSource(source);
  if (bar !== undefined) return isWarming(bar);
  for (const track of source.tracks.values()) if (votes(track) && test(barOf(track, now))) return true;
  return false;
}
