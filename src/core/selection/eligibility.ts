import { type Claims, formatDuration, type Instant } from '../../api/index.js';
import { count } from '../engine/sentence.js';
import { type LegDirection, silentAfter } from '../tracks/directions.js';
import {
  ageNs,
  missingWayOf,
  type Source,
  type SourceTrack,
  silentAfterNs,
  statedNs,
  votes,
} from '../tracks/source.js';
import { UNSYNCHRONISED } from '../tracks/stratum.js';
import { isLoop, loopReason } from '../tracks/stratum-climb.js';

/** Why a track may not be judged, with the state to show for it; undefined when it may. */
export interface Ineligibility {
  readonly state: 'disabled' | 'unreachable' | 'rejected' | 'warming';
  readonly reason: string;
  /** Nothing suggests that it ends soon: no verdict waits for this track. */
  readonly lasts?: boolean;
}

/** Updates before a track is judged: enough to tell its noise from its offset. */
const UPDATES_TO_JUDGE = 4;
const LAST_STRATUM = 'is at stratum 15, the last one: a hub that follows it has stratum 16, which means unsynchronised';

/** Reasons why a direction is missing, where the source gives none. */
const MISSING: Readonly<Record<LegDirection, string>> = {
  inbound: 'it answers what it is sent, but nothing that it sends itself can be used',
  outbound: 'it is heard, but does not say when it hears what it is sent',
};

export function ineligibilityOf(track: SourceTrack, now: Instant): Ineligibility | undefined {
  const { options } = track.source;
  const bar = ineligibilityOfSource(track.source) ?? ownBarOf(track, now);
  return options.noselect && bar?.state !== 'disabled' ? watched(bar) : bar;
}

/** Returns what keeps a track from being judged while its source could be. */
function ownBarOf(track: SourceTrack, now: Instant): Ineligibility | undefined {
  const ageOfTrackNs = ageNs(track, now);
  if (ageOfTrackNs > silentAfterNs(track)) {
    const usual = track.intervalNs > 0 ? `, usually it speaks every ${formatDuration(track.intervalNs)}` : '';
    return { state: 'unreachable', reason: `nothing heard from it for ${formatDuration(ageOfTrackNs)}${usual}` };
  }
  if (track.refusal !== '') return { state: 'rejected', reason: track.refusal };
  const unmeasured = barOfPath(track, now);
  if (unmeasured !== undefined) return unmeasured;
  if (track.updates < UPDATES_TO_JUDGE) {
    const missing = `${count(UPDATES_TO_JUDGE - track.updates, 'more observation')} before it is judged`;
    // Whom the others disproved does not become a newcomer by being learnt anew.
    if (track.condemned) return { state: 'rejected', reason: `was disproved by others and is learnt anew: ${missing}` };
    return { state: 'warming', reason: `is being learnt: ${missing}` };
  }
  return undefined;
}

/**
 * A two-way path of which one direction alone is heard: its legs say nothing about the delay, which may be anything, and so
 * nothing about the time. A delay that was measured counts as long as both directions keep about their intervals.
 */
function barOfPath(track: SourceTrack, now: Instant): Ineligibility | undefined {
  const way = missingWayOf(track);
  if (way === undefined) return undefined;
  const why = track.source.complaint?.reason ?? MISSING[way];
  const known = track.directions[way];
  if (known !== undefined) return { state: 'unreachable', reason: `its path delay is no longer measured: ${why}` };
  const since = Object.values(track.directions).reduce((first, { first: at }) => (at < first ? at : first), now);
  return { ...unmeasured(why), lasts: Number(now - since) > silentAfter({ intervalNs: 0 }, statedNs(track)) };
}

const unmeasured = (why: string): Ineligibility => ({
  state: 'warming',
  reason: `its path delay is not measured: ${why}`,
});

/** Both directions are heard, but the estimator has begun again with the path. */
export const UNMEASURED = unmeasured('it is being learnt again');

/** What keeps a whole source from being judged, whatever its tracks say. */
export function ineligibilityOfSource(source: Source): Ineligibility | undefined {
  const { options, silence, tracks } = source;
  if (silence !== '') return { state: 'unreachable', reason: silence };
  const bar = claimedBarOf(source) ?? (tracks.size === 0 ? UNHEARD : undefined);
  return options.noselect && bar !== undefined ? watched(bar) : bar;
}

const UNHEARD: Ineligibility = { state: 'warming', reason: 'nothing heard from it yet' };

function claimedBarOf({ claims, maxStratum, kinship, climb }: Source): Ineligibility | undefined {
  const { synchronised, flaw, stratum = 0 }: Claims = claims;
  if (kinship.ours !== undefined) return { state: 'rejected', reason: kinship.ours };
  if (!synchronised)
    return { state: 'rejected', reason: flaw ?? 'answers, but says that it is not synchronised itself' };
  if (climb !== undefined && isLoop(climb)) return { state: 'rejected', reason: loopReason(climb) };
  if (stratum >= UNSYNCHRONISED - 1) return { state: 'rejected', reason: LAST_STRATUM };
  if (stratum <= maxStratum) return undefined;
  const reason = `its stratum ${stratum} is above local-stratum ${maxStratum}: it may have its time from this hub`;
  return { state: 'rejected', reason };
}

/** The operator only watches the source. `bar`: what would keep it from being used otherwise. */
const watched = (bar: Ineligibility | undefined): Ineligibility => ({
  state: 'disabled',
  reason: `is watched only (noselect)${bar === undefined ? '' : `; ${bar.reason}`}`,
});

/** It may yet get a vote. */
export const isPending = (source: Source, now: Instant): boolean => hasProspects(source, now, isWarming);

/** It has a vote, or may yet get one. */
export const mayVote = (source: Source, now: Instant): boolean =>
  hasProspects(source, now, (bar) => bar === undefined || isWarming(bar));

const isWarming = (bar: Ineligibility | undefined): boolean => bar?.state === 'warming' && bar.lasts !== true;

function hasProspects(source: Source, now: Instant, test: (bar: Ineligibility | undefined) => boolean): boolean {
  const bar = ineligibilityOfSource(source);
  if (bar !== undefined) return isWarming(bar);
  for (const track of source.tracks.values()) if (votes(track) && test(ineligibilityOf(track, now))) return true;
  return false;
}
