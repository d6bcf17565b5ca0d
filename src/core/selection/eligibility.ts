import { formatDuration, type Instant } from '../../api/index.js';
import { count } from '../engine/sentence.js';
import { silenceLimitNs } from '../tracks/cadence.js';
import type { LegDirection } from '../tracks/directions.js';
import type { Source, SourceTrack } from '../tracks/source.js';
import { LAST_STRATUM } from '../tracks/stratum.js';
import { isLoop, loopReason } from '../tracks/stratum-climb.js';

/** Why a track may not be judged, with the state to show for it. */
export interface Ineligibility {
  readonly state: 'disabled' | 'unreachable' | 'rejected' | 'warming';
  readonly reason: string;
  /** It is not expected to end soon: no vote waits for this track. */
  readonly lasts?: boolean;
}

/** Updates before a track is judged: enough to tell its noise from its offset. */
const UPDATES_TO_JUDGE = 4;
const AT_LAST_STRATUM = `is at stratum ${LAST_STRATUM}, so this hub would have stratum 16, which means unsynchronised`;
const NOT_HEARD: Ineligibility = { state: 'warming', reason: 'nothing heard from it yet' };

/** Reasons why a direction is missing, for a source that gives none. */
const MISSING: Readonly<Record<LegDirection, string>> = {
  inbound: 'it answers, but none of its own messages can be used',
  outbound: 'its messages arrive, but it does not report when it receives those of this hub',
};

/** Returns why a track may not be judged; undefined if it may. */
export function ineligibilityOf(track: SourceTrack, now: Instant): Ineligibility | undefined {
  const { options } = track.source;
  const found = ineligibilityOfSource(track.source) ?? ineligibilityOfTrack(track, now);
  return options.noselect && found?.state !== 'disabled' ? disabled(found) : found;
}

function ineligibilityOfTrack(track: SourceTrack, now: Instant): Ineligibility | undefined {
  const { cadence, refusals } = track;
  const ageNs = cadence.ageNs(now);
  if (ageNs > track.silentAfterNs) {
    const usual = cadence.intervalNs > 0 ? `, usually it is heard every ${formatDuration(cadence.intervalNs)}` : '';
    return { state: 'unreachable', reason: `nothing heard from it for ${formatDuration(ageNs)}${usual}` };
  }
  if (refusals.reason !== undefined) return { state: 'rejected', reason: refusals.reason };
  const unmeasured = ineligibilityOfPath(track, now);
  if (unmeasured !== undefined) return unmeasured;
  if (cadence.updates >= UPDATES_TO_JUDGE) return undefined;
  const missing = `${count(UPDATES_TO_JUDGE - cadence.updates, 'more observation')} before it is judged`;
  return (
    stillRejected(track, `is learnt again: ${missing}`) ?? { state: 'warming', reason: `is being learnt: ${missing}` }
  );
}

/** Returns undefined unless the track was rejected when it was last judged: until it is judged again it stays rejected. */
function stillRejected({ admission }: SourceTrack, obstacle: string): Ineligibility | undefined {
  const { rejection, wasOutvoted } = admission;
  if (rejection !== undefined) return { state: 'rejected', reason: `${rejection}; ${obstacle}` };
  return wasOutvoted ? { state: 'rejected', reason: `was outvoted and ${obstacle}` } : undefined;
}

/**
 * Rules out a two-way path of which only one direction is heard: its delay may be anything, so its legs say nothing about the
 * time. A delay that was measured counts as long as both directions keep about their intervals.
 */
function ineligibilityOfPath(track: SourceTrack, now: Instant): Ineligibility | undefined {
  const direction = track.missingDirection;
  if (direction === undefined) return undefined;
  const why = track.source.complaint?.reason ?? MISSING[direction];
  if (track.directions.hasHeard(direction))
    return { state: 'unreachable', reason: `its path delay is no longer measured: ${why}` };
  const heardForNs = Number(now - (track.directions.firstLegAt() ?? now));
  return { ...unmeasured(track, why), lasts: heardForNs > silenceLimitNs(0, track.source.statedIntervalNs) };
}

function unmeasured(track: SourceTrack, why: string): Ineligibility {
  const reason = `its path delay is not measured: ${why}`;
  return stillRejected(track, reason) ?? { state: 'warming', reason };
}

/** Both directions are heard, but the estimator has begun again with the path. */
export const unmeasuredAgain = (track: SourceTrack): Ineligibility => unmeasured(track, 'it is being learnt again');

/** Returns why no track of a source may be judged; undefined if some may. */
export function ineligibilityOfSource(source: Source): Ineligibility | undefined {
  const { options, silence, tracks } = source;
  if (silence !== undefined) return { state: 'unreachable', reason: silence };
  const found = ineligibilityByClaims(source) ?? (tracks.size === 0 ? NOT_HEARD : undefined);
  return options.noselect && found !== undefined ? disabled(found) : found;
}

function ineligibilityByClaims({ claims, maxStratum, dependence, climb }: Source): Ineligibility | undefined {
  const { synchronised, flaw, stratum = 0 } = claims;
  if (dependence.ours !== undefined) return rejected(dependence.ours);
  if (!synchronised) return rejected(flaw ?? 'answers, but says that it is not synchronised itself');
  if (climb !== undefined && isLoop(climb)) return rejected(loopReason(climb));
  if (stratum >= LAST_STRATUM) return rejected(AT_LAST_STRATUM);
  if (stratum <= maxStratum) return undefined;
  return rejected(
    `its stratum ${stratum} is above local-stratum ${maxStratum}, so it may have its time from this hub: ` +
      'raise local-stratum if it has not',
  );
}

const rejected = (reason: string): Ineligibility => ({ state: 'rejected', reason });

/** The operator excludes the source. `found`: what would exclude it otherwise. */
const disabled = (found: Ineligibility | undefined): Ineligibility => ({
  state: 'disabled',
  reason: `is watched only (noselect)${found === undefined ? '' : `; ${found.reason}`}`,
});

/** Returns true when the source has no vote yet and may get one. */
export const isPending = (source: Source, now: Instant): boolean => someVoter(source, now, isWarming);

/** Returns true when the source has a vote or may get one. */
export const mayVote = (source: Source, now: Instant): boolean =>
  someVoter(source, now, (found) => found === undefined || isWarming(found));

const isWarming = (found: Ineligibility | undefined): boolean => found?.state === 'warming' && found.lasts !== true;

function someVoter(source: Source, now: Instant, test: (found: Ineligibility | undefined) => boolean): boolean {
  const found = ineligibilityOfSource(source);
  if (found !== undefined) return isWarming(found);
  for (const track of source.tracks.values()) if (track.votes && test(ineligibilityOf(track, now))) return true;
  return false;
}
