import { type Claims, type Instant, NS_PER_S, type Ns } from '../../api/index.js';
import type { CoreOptions } from '../engine/input.js';
import { list } from '../engine/sentence.js';
import type { TrackEstimate } from '../estimator/types.js';
import { allTracks, type Source, type SourceTrack, votes } from '../tracks/source.js';
import { admit, type Change, probation, release, stands } from './admission.js';
import { type Candidate, opinionOf } from './candidate.js';
import { bestOf, echoReason, mayEcho } from './echo.js';
import { type Election, elect } from './election.js';
import { type Ineligibility, ineligibilityOf, isPending, UNMEASURED } from './eligibility.js';
import { FOLLOWING_REASONS, type Following, followingOf } from './following.js';
import { dependencesOf } from './independence.js';
import type { OwnTime } from './majority.js';
import { type RejectionContext, rejectionReason } from './rejection-reason.js';
import { biasSigmaNs, isDelayKnown } from './root-distance.js';
import { type Interval, touches } from './vote.js';

/** What the selection must know of the rest. */
export interface SelectionContext {
  readonly now: Instant;
  readonly estimate: (track: SourceTrack) => TrackEstimate | undefined;
  /** What a track says − the estimate of its clock. */
  readonly biasNs: (track: SourceTrack, estimate: TrackEstimate) => Ns;
  /** The time kept so far, as a bias. */
  readonly own: Interval | undefined;
}

export interface SelectionResult {
  readonly changes: readonly Change[];
  /** Why there is no majority; empty when there is one or nothing to judge. */
  readonly obstacle: string;
}

/** The other sources are waited for this long before the first verdict. */
const PATIENCE_NS = 4 * NS_PER_S;
/** The time kept so far has a say once this many independent sources have made it together. */
const CONFIRMATIONS = 2;
/** What an operator's preference for one source makes of the others' bias. */
const PREFERENCE = 10;

const UNNUMBERED = 'waits for a source that says which second its pulses begin';

/**
 * Decides which tracks carry the estimate: the largest group of independent sources whose intervals overlap, if it is a
 * majority. Writes each track's state and reason; those of the admitted follow once their weight is known.
 */
export class Selection {
  readonly #options: CoreOptions;
  #firstCandidate: Instant | undefined;
  #decided = false;
  /** The sources that agreed when last several did: the time kept so far is theirs. */
  #makers: ReadonlySet<string> = new Set();
  #claims: readonly Claims[] = [];

  constructor(options: CoreOptions) {
    this.#options = options;
  }

  /** The next verdict is a first one: it waits for the others again, and the time kept so far has no say. */
  reopen(): void {
    this.#decided = false;
    this.#firstCandidate = undefined;
    this.disown();
  }

  /** What this source said before is its time no more, and it testifies for it no more. Answers who still does. */
  forswear(id: string): ReadonlySet<string> {
    this.#makers = new Set([...this.#makers].filter((maker) => maker !== id));
    return this.#makers;
  }

  /** The time kept so far is nobody's any more. */
  disown(): void {
    this.#makers = new Set();
  }

  judge(sources: readonly Source[], around: SelectionContext): SelectionResult {
    const changes: Change[] = [];
    this.#relate(sources);
    const all = gather(sources, around, changes);
    const followers = followersOf(all, sources, around.now);
    const candidates = all.filter((candidate) => !followers.has(candidate));
    const pending = sources.filter((source) => isPending(source, around.now)).map(({ id }) => id);
    const voters = candidates.filter(({ track }) => votes(track));
    const electorate = voters.length + pending.length > 0 ? voters : candidates.filter(numbersItself);
    const own = this.#ownTime(electorate, around.own);
    const silent = silentOf(sources, around);
    const verdict = elect(electorate, own, sources, this.#options, silent);
    if (this.#waits(electorate, verdict, pending.length, around.now)) {
      for (const { track } of electorate) warm(track, `waits a moment for ${list(pending)} before it is judged`);
      return { changes, obstacle: '' };
    }
    this.#noteMakers(electorate, verdict, around.own);
    changes.push(...settle(candidates, { electorate, verdict, own }));
    changes.push(...settleFollowers(followers, { electorate, verdict, own }));
    changes.push(...forgetTheDead(sources, verdict, around));
    return { changes, obstacle: verdict.obstacle };
  }

  #ownTime(electorate: readonly Candidate[], own: Interval | undefined): OwnTime | undefined {
    if (own === undefined || this.#makers.size === 0) return undefined;
    const loyal = new Set(
      electorate.filter((candidate) => touches(candidate, own)).map(({ track }) => track.source.id),
    );
    return { ...own, testifies: [...this.#makers].some((id) => !loyal.has(id)) };
  }

  /** A majority that has another time than the hub has not made it yet. */
  #noteMakers(electorate: readonly Candidate[], { truth, votes, obstacle }: Election, own: Interval | undefined): void {
    if (truth === undefined || obstacle !== '' || votes < CONFIRMATIONS) return;
    const isKept = own === undefined || touches(own, truth);
    const holders = isKept ? electorate.filter((candidate) => touches(candidate, truth)) : [];
    this.#makers = new Set(holders.map(({ track }) => track.source.id));
  }

  /** Relates the sources anew when one of them claims something new. */
  #relate(sources: readonly Source[]): void {
    const claims = sources.map((source) => source.claims);
    const isNews = claims.length !== this.#claims.length || claims.some((claim, i) => claim !== this.#claims[i]);
    this.#claims = claims;
    if (!isNews) return;
    const kinship = dependencesOf(sources);
    for (const source of sources) source.kinship = kinship.get(source.id)!;
  }

  /** The first verdict waits for those that may yet get a vote, unless they could not change it. */
  #waits(electorate: readonly Candidate[], { overlap }: Election, pending: number, now: Instant): boolean {
    if (this.#decided || electorate.length === 0) return false;
    this.#firstCandidate ??= now;
    const isClear = overlap !== undefined && overlap.votes * 2 > overlap.voters + pending;
    const isPatient = Number(now - this.#firstCandidate) < PATIENCE_NS;
    this.#decided = pending === 0 || isClear || !isPatient;
    return !this.#decided;
  }
}

/** Everything that may be judged now; the others get their state here. */
function gather(sources: readonly Source[], around: SelectionContext, changes: Change[]): Candidate[] {
  const candidates: Candidate[] = [];
  for (const track of allTracks(sources)) {
    if (track.kind === 'rate') continue;
    const estimate = around.estimate(track);
    const bar = ineligibilityOf(track, around.now) ?? barOfEstimate(track, estimate);
    if (isBarred(track, bar, changes)) continue;
    if (track.kind === 'link') {
      changes.push(...admit(track, track.noiseFloorNs));
      track.state = 'combined';
      track.reason = 'compares two local clocks';
      continue;
    }
    if (estimate === undefined) {
      warm(track, track.kind === 'pulse' ? UNNUMBERED : 'nothing that it says could be used yet');
      continue;
    }
    candidates.push(candidateOf(track, estimate, around));
  }
  return candidates;
}

function candidateOf(track: SourceTrack, estimate: TrackEstimate, around: SelectionContext): Candidate {
  const { centreNs, halfNs } = opinionOf(track, estimate, around.biasNs(track, estimate));
  const group = track.source.kinship.group;
  return { centreNs, halfNs, group, incumbent: track.admittedNs !== undefined, track, estimate };
}

/** The voters that have fallen silent while the estimate rests on them. */
function silentOf(sources: readonly Source[], around: SelectionContext): readonly Candidate[] {
  return allTracks(sources).flatMap((track) => {
    if (!track.lost || track.admittedNs === undefined || !votes(track)) return [];
    const estimate = around.estimate(track);
    const isUnknown = estimate === undefined || barOfEstimate(track, estimate) !== undefined;
    return isUnknown ? [] : [candidateOf(track, estimate, around)];
  });
}

/** A path that the estimator began again with may lack its delay, whichever directions are heard. */
const barOfEstimate = (track: SourceTrack, estimate: TrackEstimate | undefined): Ineligibility | undefined =>
  track.kind !== 'exchange' || estimate === undefined || isDelayKnown(estimate) ? undefined : UNMEASURED;

function isBarred(track: SourceTrack, bar: Ineligibility | undefined, changes: Change[]): boolean {
  track.lost = bar?.state === 'unreachable';
  track.stuck = bar?.lasts ?? false;
  if (bar === undefined) return false;
  track.state = bar.state;
  track.reason = bar.reason;
  if (bar.state !== 'unreachable') changes.push(...release(track));
  return true;
}

/** Candidates that follow another source and so have no vote. */
function followersOf(
  candidates: readonly Candidate[],
  sources: readonly Source[],
  now: Instant,
): ReadonlyMap<Candidate, Following> {
  const followers = new Map<Candidate, Following>();
  for (const candidate of candidates) {
    const following = votes(candidate.track) ? followingOf(candidate, candidates, sources, now) : undefined;
    if (following !== undefined) followers.set(candidate, following);
  }
  return followers;
}

/** Followers show whether they agree. They carry nothing: what they add may have come from this hub. */
function settleFollowers(followers: ReadonlyMap<Candidate, Following>, opponents: RejectionContext): readonly Change[] {
  const { truth } = opponents.verdict;
  return [...followers].flatMap(([candidate, { leader, how }]) => {
    const { track } = candidate;
    const disagrees = how === 'heard' && (truth === undefined || !touches(candidate, truth));
    track.state = disagrees || how === 'stale' ? 'rejected' : how === 'heard' ? 'agrees' : 'warming';
    track.reason = disagrees ? rejectionReason(candidate, opponents) : FOLLOWING_REASONS[how](leader);
    return release(track);
  });
}

function settle(candidates: readonly Candidate[], opponents: RejectionContext): Change[] {
  const { electorate, verdict } = opponents;
  const members = new Set(candidates.filter((candidate) => isMember(candidate, electorate, verdict)));
  const isPreferred = [...members].some(({ track }) => track.source.options.prefer);
  const rulingOf = (candidate: Candidate) => ({ member: members.has(candidate), alone: verdict.votes < 2 });
  const standing = new Set(candidates.filter((candidate) => stands(candidate.track, rulingOf(candidate))));
  const best = bestOf([...standing]);
  return candidates.flatMap((candidate) => {
    const { track, estimate } = candidate;
    const finding = verdict.findings.get(candidate);
    track.close = finding?.close ?? false;
    track.unusual = finding?.unusual;
    track.outlier = finding?.outlier ?? false;
    const ruling = rulingOf(candidate);
    if (standing.has(candidate) && best !== undefined && mayEcho(track, best)) {
      track.state = 'agrees';
      track.reason = echoReason(track, best);
      return release(track);
    }
    if (standing.has(candidate)) {
      const factor = isPreferred && !track.source.options.prefer ? PREFERENCE : 1;
      return admit(track, factor * (finding?.sigmaNs ?? biasSigmaNs(track, estimate)));
    }
    if (ruling.member) warm(track, probation(track, ruling));
    else {
      track.state = 'rejected';
      track.reason = rejectionReason(candidate, opponents);
    }
    return release(track);
  });
}

/** Voters by the vote, pulses by their phase. Without any voter the pulses that have a place keep it. */
function isMember(
  candidate: Candidate,
  electorate: readonly Candidate[],
  { truth, findings, obstacle }: Election,
): boolean {
  if (findings.get(candidate)?.apart !== undefined) return false;
  if (electorate.length === 0) return candidate.track.admittedNs !== undefined;
  return truth !== undefined && obstacle === '' && touches(candidate, truth);
}

/** What silent tracks said last goes on counting, unless the living agree on something else. */
function forgetTheDead(sources: readonly Source[], { truth, obstacle }: Election, around: SelectionContext): Change[] {
  if (truth === undefined || obstacle !== '') return [];
  return allTracks(sources).flatMap((track) => {
    if (!track.lost || track.admittedNs === undefined) return [];
    const estimate = around.estimate(track);
    const stays = estimate !== undefined && touches(opinionOf(track, estimate, around.biasNs(track, estimate)), truth);
    return stays ? [] : release(track);
  });
}

const numbersItself = ({ track }: Candidate): boolean => track.numberedOffsetNs !== undefined;

function warm(track: SourceTrack, reason: string): void {
  track.state = 'warming';
  track.reason = reason;
}
