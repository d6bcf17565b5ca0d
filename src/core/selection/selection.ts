import { type Instant, NS_PER_S, type Ns } from '../../api/index.js';
import type { CoreOptions } from '../engine/input.js';
import { list } from '../engine/sentence.js';
import type { TrackEstimate } from '../estimator/types.js';
import { allTracks, type Source, type SourceTrack } from '../tracks/source.js';
import { type Candidate, intervalOfTrack, isBrief, NONE_SILENT, type SilentVoters } from './candidate.js';
import { type DriftFinding, DriftTest, type RateContext } from './drift-test.js';
import { bestVoter, echoReason, mayEcho } from './echo.js';
import { type Election, elect } from './election.js';
import { type Ineligibility, ineligibilityOf, isPending, unmeasuredAgain } from './eligibility.js';
import { FOLLOWING_REASONS, type Following, followingOf } from './following.js';
import type { OwnTime } from './majority.js';
import { type RejectionContext, rejectionReason } from './rejection-reason.js';
import { Relations } from './relations.js';
import { biasSigmaNs, isDelayKnown } from './root-distance.js';
import { type Interval, touches } from './vote.js';

/** The estimates that the selection reads. */
export interface SelectionContext extends RateContext {
  /** The offset of a track − the estimate of its clock. */
  readonly biasNs: (track: SourceTrack, estimate: TrackEstimate) => Ns;
  /** The hub's time so far, as a bias. */
  readonly own: Interval | undefined;
}

export interface SelectionResult {
  /** All tracks that are to be admitted, each with the standard deviation of its bias, ns. */
  readonly admitted: ReadonlyMap<SourceTrack, Ns>;
  /** Why there is no majority; empty when there is one or nothing to judge. */
  readonly obstacle: string;
  /** Tracks whose sources' times do not drift, if another source that was admitted has been found to drift. */
  readonly steady: readonly SourceTrack[];
}

type AdmissionMap = Map<SourceTrack, Ns>;

/** Longest time for which the first vote waits for the other sources. */
const LONGEST_WAIT_NS = 4 * NS_PER_S;
/** The hub's time so far has a vote once this many independent sources have made it together. */
const CONFIRMATIONS = 2;
/** Factor on the bias sigma of the others if the operator prefers one source. */
const PREFERENCE = 10;

const UNNUMBERED = 'waits for a source that says which second its pulses begin';

/**
 * Decides which tracks carry the estimate: the largest group of independent sources whose intervals overlap, if it is a
 * majority. Shows each track's state and reason; those of the carriers follow once their weights are known.
 */
export class Selection {
  readonly #options: CoreOptions;
  readonly #driftTest = new DriftTest();
  #firstVoterAt: Instant | undefined;
  #hasVoted = false;
  /** Ids of the sources that agreed at the last vote of several: they made the hub's time. */
  #makers: ReadonlySet<string> = new Set();
  readonly #relations = new Relations();

  constructor(options: CoreOptions) {
    this.#options = options;
  }

  /** The next vote is a first one: it waits for the other sources, and the hub's own time has no vote. */
  restart(): void {
    this.#hasVoted = false;
    this.#firstVoterAt = undefined;
    this.disownTime();
  }

  /** The hub's time no longer counts as made by this source. Returns the number of sources that still made it. */
  removeMaker(id: string): number {
    this.#makers = new Set([...this.#makers].filter((maker) => maker !== id));
    return this.#makers.size;
  }

  /** The hub's time so far has no vote until several sources agree again. */
  disownTime(): void {
    this.#makers = new Set();
  }

  judge(sources: readonly Source[], context: SelectionContext): SelectionResult {
    const admitted = presentAdmissions(sources);
    this.updateDependences(sources);
    const all = gatherCandidates(sources, context, admitted);
    const followers = followersOf(all, sources, context.now);
    const independent = all.filter((candidate) => !followers.has(candidate));
    const drifting = this.#driftTest.judge(sources, context);
    const isNewDrift = settleDrifting(drifting, admitted);
    const candidates = independent.filter(({ track }) => !drifting.has(track));
    const pending = sources.filter((source) => isPending(source, context.now)).map(({ id }) => id);
    const opinions = candidates.filter(({ track }) => track.votes);
    const voters = opinions.length + pending.length > 0 ? opinions : candidates.filter(numbersItself);
    const own = this.#ownTime(voters, context.own);
    const election = elect(voters, own, sources, this.#options, silentVoters(sources, context));
    if (this.#waits(voters, election, pending.length, context.now)) {
      for (const { track } of voters) track.show('warming', `waits for ${list(pending)} before the first vote`);
      return { admitted, obstacle: '', steady: [] };
    }
    for (const { track } of opinions) track.noteVote(context.now);
    this.#updateMakers(voters, election, context.own);
    const rejection = { voters, election, own };
    settleCandidates(candidates, rejection, admitted);
    settleFollowers(followers, rejection, admitted);
    withdrawContradicted(sources, election, context, admitted);
    const steady = isNewDrift ? candidates.map(({ track }) => track).filter((track) => isSteady(track, admitted)) : [];
    return { admitted, obstacle: election.obstacle, steady };
  }

  #ownTime(voters: readonly Candidate[], own: Interval | undefined): OwnTime | undefined {
    if (own === undefined || this.#makers.size === 0) return undefined;
    const loyal = new Set<string>();
    for (const voter of voters) if (touches(voter, own)) loyal.add(voter.track.source.id);
    const testifies = [...this.#makers].some((id) => !loyal.has(id));
    return { centreNs: own.centreNs, halfNs: own.halfNs, testifies };
  }

  /** A majority that disagrees with the hub's time has not made it yet. */
  #updateMakers(voters: readonly Candidate[], { truth, votes, obstacle }: Election, own: Interval | undefined): void {
    if (truth === undefined || obstacle !== '' || votes < CONFIRMATIONS) return;
    const isKept = own === undefined || touches(own, truth);
    const agreeing = isKept ? voters.filter((voter) => touches(voter, truth)) : [];
    this.#makers = new Set(agreeing.map(({ track }) => track.source.id));
  }

  /** Relates the sources again if one of them claims another origin. */
  updateDependences(sources: readonly Source[]): void {
    this.#relations.update(sources);
  }

  /** The first vote waits for the sources that may get a vote, unless they could not change it. */
  #waits(voters: readonly Candidate[], { overlap }: Election, pending: number, now: Instant): boolean {
    if (this.#hasVoted || voters.length === 0) return false;
    this.#firstVoterAt ??= now;
    const isClear = overlap !== undefined && overlap.votes * 2 > overlap.voters + pending;
    const isTimeLeft = Number(now - this.#firstVoterAt) < LONGEST_WAIT_NS;
    this.#hasVoted = pending === 0 || isClear || !isTimeLeft;
    return !this.#hasVoted;
  }
}

function presentAdmissions(sources: readonly Source[]): AdmissionMap {
  const admitted: AdmissionMap = new Map();
  for (const track of allTracks(sources)) {
    const { sigmaNs } = track.admission;
    if (sigmaNs !== undefined) admitted.set(track, sigmaNs);
  }
  return admitted;
}

/** Returns the tracks that may be judged now; the others get their state here. */
function gatherCandidates(sources: readonly Source[], context: SelectionContext, admitted: AdmissionMap): Candidate[] {
  const candidates: Candidate[] = [];
  for (const track of allTracks(sources)) {
    track.noteVote(undefined);
    if (track.kind === 'rate') continue;
    const estimate = context.estimate(track);
    const ineligibility = ineligibilityOf(track, context.now) ?? ineligibilityByEstimate(track, estimate);
    track.setReachable(ineligibility?.state !== 'unreachable', ineligibility?.lasts ?? false);
    if (ineligibility !== undefined) {
      track.show(ineligibility.state, ineligibility.reason);
      // The estimate goes on resting on a silent track.
      if (!track.isLost) admitted.delete(track);
    } else if (track.kind === 'link') {
      admitted.set(track, track.noiseFloorNs);
      track.show('combined', 'compares two local clocks');
    } else if (estimate === undefined)
      track.show('warming', track.kind === 'pulse' ? UNNUMBERED : 'none of its observations could be used yet');
    else candidates.push(candidateOf(track, estimate, context));
  }
  return candidates;
}

function candidateOf(track: SourceTrack, estimate: TrackEstimate, context: SelectionContext): Candidate {
  const { centreNs, halfNs } = intervalOfTrack(track, estimate, context.biasNs(track, estimate));
  const { group } = track.source.dependence;
  return { centreNs, halfNs, group, incumbent: track.admission.isAdmitted, track, estimate };
}

function silentVoters(sources: readonly Source[], context: SelectionContext): SilentVoters {
  const silent: Candidate[] = [];
  for (const track of allTracks(sources)) {
    if (!track.isLost || !track.votes) continue;
    const estimate = context.estimate(track);
    if (estimate !== undefined && ineligibilityByEstimate(track, estimate) === undefined)
      silent.push(candidateOf(track, estimate, context));
  }
  if (silent.length === 0) return NONE_SILENT;
  return {
    carrying: silent.filter(({ incumbent }) => incumbent),
    brief: silent.filter(({ track }) => isBrief(track, context.now)),
  };
}

/** Rules out a path with which the estimator began again, so that its delay is not known, whichever directions are heard. */
const ineligibilityByEstimate = (track: SourceTrack, estimate: TrackEstimate | undefined): Ineligibility | undefined =>
  track.kind !== 'exchange' || estimate === undefined || isDelayKnown(estimate) ? undefined : unmeasuredAgain(track);

/** Returns the candidates that follow another source and have no vote for that. */
function followersOf(
  candidates: readonly Candidate[],
  sources: readonly Source[],
  now: Instant,
): ReadonlyMap<Candidate, Following> {
  const followers = new Map<Candidate, Following>();
  for (const candidate of candidates) {
    const following = candidate.track.votes ? followingOf(candidate, candidates, sources, now) : undefined;
    if (following !== undefined) followers.set(candidate, following);
  }
  return followers;
}

/** Excludes the sources whose time drifts. Returns true if one of them was admitted until now. A silent one keeps its reason. */
function settleDrifting(drifting: ReadonlyMap<SourceTrack, DriftFinding>, admitted: AdmissionMap): boolean {
  let wasAdmitted = false;
  for (const [track, { reason }] of drifting) {
    wasAdmitted ||= track.admission.isAdmitted;
    if (!track.isLost) track.show('rejected', reason);
    track.setFit(undefined);
    admitted.delete(track);
    if (track.admission.isAdmitted) track.admission.countExpulsion();
  }
  return wasAdmitted;
}

/** A pulse has no vote. One that is used keeps the rate of time all the same, and better than any voter. */
const isSteady = (track: SourceTrack, admitted: AdmissionMap): boolean => track.votes || admitted.has(track);

/** Shows whether followers agree. They are not admitted: what they add may have come from this hub. */
function settleFollowers(
  followers: ReadonlyMap<Candidate, Following>,
  rejection: RejectionContext,
  admitted: AdmissionMap,
): void {
  const { truth } = rejection.election;
  for (const [candidate, { leader, how }] of followers) {
    const disagrees = how === 'heard' && (truth === undefined || !touches(candidate, truth));
    const reason = disagrees ? rejectionReason(candidate, rejection) : FOLLOWING_REASONS[how](leader);
    const state = disagrees || how === 'stale' ? 'rejected' : how === 'heard' ? 'agrees' : 'warming';
    showJudgement(candidate.track, state, reason);
    admitted.delete(candidate.track);
  }
}

function settleCandidates(candidates: readonly Candidate[], rejection: RejectionContext, admitted: AdmissionMap): void {
  const { voters, election } = rejection;
  const members = candidates.filter((candidate) => isMember(candidate, voters, election));
  const isPreferred = members.some(({ track }) => track.source.options.prefer);
  const rulingOf = (candidate: Candidate) => ({ agrees: members.includes(candidate), alone: election.votes < 2 });
  const accepted = candidates.filter((one) => one.track.admission.rule(rulingOf(one), one.track.cadence.updates));
  const best = bestVoter(accepted);
  for (const candidate of candidates) {
    const { track, estimate } = candidate;
    const finding = election.findings.get(candidate);
    track.setFit(finding);
    if (accepted.includes(candidate) && !(best !== undefined && mayEcho(track, best))) {
      const factor = isPreferred && !track.source.options.prefer ? PREFERENCE : 1;
      admitted.set(track, factor * (finding?.sigmaNs ?? biasSigmaNs(track, estimate)));
      track.admission.noteJudgement(undefined);
      continue;
    }
    admitted.delete(track);
    const ruling = rulingOf(candidate);
    if (accepted.includes(candidate)) showJudgement(track, 'agrees', echoReason(track, best!));
    else if (ruling.agrees) showJudgement(track, 'warming', track.admission.describeProbation(ruling));
    else showJudgement(track, 'rejected', rejectionReason(candidate, rejection));
  }
}

/** Shows the result of a judgement. A rejection lasts until the next one, also while the track cannot be judged. */
function showJudgement(track: SourceTrack, state: 'agrees' | 'warming' | 'rejected', reason: string): void {
  track.show(state, reason);
  track.admission.noteJudgement(state === 'rejected' ? reason : undefined);
}

/** Voters belong to the majority by their vote, pulses by their phase. Without any voter the admitted pulses stay. */
function isMember(
  candidate: Candidate,
  voters: readonly Candidate[],
  { truth, findings, obstacle }: Election,
): boolean {
  if (findings.get(candidate)?.separation !== undefined) return false;
  if (voters.length === 0) return candidate.track.admission.isAdmitted;
  return truth !== undefined && obstacle === '' && touches(candidate, truth);
}

/** Silent tracks stay admitted unless the present majority contradicts them. */
function withdrawContradicted(
  sources: readonly Source[],
  { truth, obstacle }: Election,
  context: SelectionContext,
  admitted: AdmissionMap,
): void {
  if (truth === undefined || obstacle !== '') return;
  for (const track of allTracks(sources)) {
    if (!track.isLost || !track.admission.isAdmitted) continue;
    const estimate = context.estimate(track);
    const agrees =
      estimate !== undefined && touches(intervalOfTrack(track, estimate, context.biasNs(track, estimate)), truth);
    if (!agrees) admitted.delete(track);
  }
}

const numbersItself = ({ track }: Candidate): boolean => track.numbering.isStated;
