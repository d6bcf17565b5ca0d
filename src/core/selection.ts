import { formatDuration, type Instant, NS_PER_S, type Ns } from '../api/index.js';
import { biasSigmaNs, distanceNs, VOTE_SIGMAS } from './distance.js';
import type { TrackEstimate } from './estimator/types.js';
import { independentGroups } from './independence.js';
import type { CoreOptions } from './input.js';
import { list } from './sentence.js';
import { allTracks, carries, type Source, type Track, votes } from './source.js';
import { barOf, barOfSource } from './standing.js';
import { isMajority, largestOverlap, type Opinion, type Overlap, touches } from './vote.js';

/** What the selection asks of the engine. All offsets here are biases: a track's offset − the estimate's of its clock. */
export interface Surroundings {
  readonly now: Instant;
  readonly estimate: (track: Track) => TrackEstimate | undefined;
  readonly biasNs: (track: Track, estimate: TrackEstimate) => Ns;
  /** The hub's own time counts as one vote while independent sources have confirmed it. */
  readonly own: Pick<Opinion, 'centreNs' | 'halfNs'> | undefined;
  /** Whether the clock's phase is known to a fraction of this track's period. */
  readonly numbered: (track: Track) => boolean;
}

/** To do in the estimator: assert that the bias is zero ± sigma, or take it back. */
export interface Change {
  readonly track: Track;
  readonly biasSigmaNs: Ns | undefined;
}

export interface Outcome {
  readonly changes: readonly Change[];
  /** Independent sources behind the majority. */
  readonly votes: number;
  /** Why there is no majority; empty when there is one or nothing to judge. */
  readonly obstacle: string;
}

/**
 * To be called when a track speaks: after a silence it is learnt anew while others carry the estimate; alone, its old place
 * is the best there is.
 */
export function comeBack(track: Track, sources: Iterable<Source>): readonly Change[] {
  if (!track.lost) return [];
  track.lost = false;
  const carriers = allTracks(sources).filter(carries);
  if (carriers.every((other) => other === track)) return [];
  track.updates = 0;
  track.judgedUpdates = 0;
  const changes: Change[] = [];
  release(track, changes);
  return changes;
}

interface Candidate extends Opinion {
  readonly track: Track;
  readonly estimate: TrackEstimate;
}

/** The other sources are waited for this long before the first verdict. */
const PATIENCE_NS = 4 * NS_PER_S;
/** An admitted track must disagree in this many of its own updates in a row: an estimate is already an average. */
const UPDATES_TO_EXPEL = 2;
/** A rejected one must agree in this many, twice as many after each expulsion: toggling costs more than a falseticker. */
const UPDATES_TO_RETURN = 4;
const UPDATES_TO_RETURN_AT_MOST = 64;
/** What an operator's preference makes of the others' bias. */
const PREFERENCE = 10;
/** An assertion is renewed when what is known of the bias has changed by this factor. */
const RENEWAL = 1.5;
const OWN = 'own time';

/**
 * Decides which tracks carry the estimate: the largest group of independent sources whose intervals overlap, if it is a
 * majority. Writes each track's state and reason; what is admitted gets its final word once its weight is known.
 */
export class Selection {
  readonly #options: CoreOptions;
  #firstCandidate: Instant | undefined;
  #decided = false;

  constructor(options: CoreOptions) {
    this.#options = options;
  }

  judge(sources: Iterable<Source>, around: Surroundings): Outcome {
    const all = [...sources];
    const changes: Change[] = [];
    const candidates = this.#candidates(all, around, changes);
    const voters = candidates.filter(({ track }) => votes(track));
    const pending = all.filter((source) => isPending(source, around.now)).map(({ id }) => id);
    const electorate = voters.length > 0 || pending.length > 0 ? voters : candidates.filter(numbersItself);
    const verdict = this.#elect(electorate, around.own, all);
    if (this.#waits(electorate, verdict.overlap, pending, around.now)) {
      for (const { track } of electorate) warm(track, `waits a moment for ${list(pending)} before it is judged`);
      return { changes, votes: 0, obstacle: '' };
    }
    this.#settle(candidates, electorate, verdict, changes, around);
    if (verdict.overlap !== undefined && verdict.obstacle === '') forgetTheDead(all, verdict.overlap, changes, around);
    return { changes, votes: verdict.votes, obstacle: verdict.obstacle };
  }

  /** Everything that may be judged now; the others get their state here. */
  #candidates(sources: readonly Source[], around: Surroundings, changes: Change[]): Candidate[] {
    const groups = independentGroups(sources);
    const candidates: Candidate[] = [];
    for (const source of sources) {
      for (const track of source.tracks.values()) {
        if (track.kind === 'rate') continue;
        const bar = barOf(track, around.now);
        track.lost = bar?.state === 'unreachable';
        if (bar !== undefined) {
          track.state = bar.state;
          track.reason = bar.reason;
          if (bar.state === 'disabled' || bar.state === 'rejected') release(track, changes);
          continue;
        }
        if (track.kind === 'link') {
          renew(track, track.noiseFloorNs, changes);
          track.state = 'combined';
          track.reason = 'compares two local clocks';
          continue;
        }
        const estimate = around.estimate(track);
        if (estimate === undefined) {
          warm(track, 'waits for a source that says which second its pulses begin');
          continue;
        }
        candidates.push({
          ...intervalOf(track, estimate, around),
          key: track.key,
          group: groups.get(source.id)!,
          track,
          estimate,
          incumbent: track.admittedNs !== undefined,
        });
      }
    }
    return candidates;
  }

  /** The first verdict waits for those that may yet get a vote, unless they could not change it. */
  #waits(electorate: readonly Candidate[], overlap: Overlap | undefined, pending: readonly string[], now: Instant) {
    if (this.#decided || electorate.length === 0) return false;
    this.#firstCandidate ??= now;
    const patient = Number(now - this.#firstCandidate) < PATIENCE_NS;
    const clear = overlap !== undefined && overlap.votes * 2 > overlap.voters + pending.length;
    if (patient && pending.length > 0 && !clear) return true;
    this.#decided = true;
    return false;
  }

  #elect(electorate: readonly Candidate[], own: Surroundings['own'], sources: readonly Source[]): Verdict {
    if (electorate.length === 0) return { ...NO_VERDICT };
    const trusted = electorate.filter(({ track }) => track.source.options.trust);
    const ownVote = own === undefined ? [] : [{ ...own, key: OWN, group: OWN, incumbent: true }];
    const asked: readonly Opinion[] = trusted.length > 0 ? trusted : [...electorate, ...ownVote];
    const preferred = electorate.filter(({ track }) => track.source.options.prefer);
    const blameless = electorate.filter(({ track }) => !track.condemned);
    const rounds = trusted.length > 0 ? [asked] : [asked, preferred, blameless];
    const overlap = rounds.map(largestOverlap).find((found) => found !== undefined && isMajority(found));
    if (overlap === undefined) {
      const obstacle =
        own === undefined ? 'no majority of the sources agrees' : 'the sources contradict the time kept so far';
      return { ...NO_VERDICT, obstacle };
    }
    const { loNs, hiNs } = overlap;
    const holders = electorate.filter((candidate) => touches(candidate, loNs, hiNs));
    const independent = new Set(holders.map(({ group }) => group)).size;
    const obstacle = this.#shortfall(holders, independent, sources);
    return { overlap, votes: obstacle === '' ? independent : 0, obstacle };
  }

  /** What the operator demands beyond a majority. */
  #shortfall(holders: readonly Candidate[], independent: number, sources: readonly Source[]): string {
    const { minAgreeing } = this.#options;
    if (independent === 0) return 'the sources contradict the time kept so far';
    if (independent < minAgreeing)
      return `only ${independent} independent of the ${minAgreeing} sources agree that must`;
    const required = sources.filter(({ options }) => options.require && !options.noselect);
    const met = required.length === 0 || holders.some(({ track }) => track.source.options.require);
    return met ? '' : `waits for ${list(required.map(({ id }) => id))}, which is required`;
  }

  #settle(
    candidates: readonly Candidate[],
    electorate: readonly Candidate[],
    verdict: Verdict,
    changes: Change[],
    around: Surroundings,
  ): void {
    const members = candidates.filter((candidate) => isMember(candidate, electorate, verdict, around));
    const opponents = { members, electorate, own: around.own };
    const preferred = members.some(({ track }) => track.source.options.prefer);
    for (const candidate of candidates) {
      const { track, estimate } = candidate;
      const member = members.includes(candidate);
      const alone = verdict.votes < 2;
      if (!alone) track.condemned = !member;
      if (!stands(track, member, alone)) {
        release(track, changes);
        if (member) warm(track, probation(track, alone));
        else reject(track, objection(candidate, opponents, verdict.obstacle));
        continue;
      }
      const factor = preferred && !track.source.options.prefer ? PREFERENCE : 1;
      renew(track, factor * biasSigmaNs(track, estimate), changes);
    }
  }
}

interface Verdict {
  readonly overlap: Overlap | undefined;
  readonly votes: number;
  readonly obstacle: string;
}

const NO_VERDICT: Verdict = { overlap: undefined, votes: 0, obstacle: '' };

const intervalOf = (track: Track, estimate: TrackEstimate, around: Surroundings) => ({
  centreNs: around.biasNs(track, estimate),
  halfNs: distanceNs(track, estimate) + VOTE_SIGMAS * estimate.sigmaNs,
});

/** What silent tracks said last goes on counting, unless the living agree on something else. */
function forgetTheDead(sources: readonly Source[], { loNs, hiNs }: Overlap, changes: Change[], around: Surroundings) {
  for (const track of allTracks(sources)) {
    if (!track.lost || track.admittedNs === undefined) continue;
    const estimate = around.estimate(track);
    if (estimate === undefined || !touches(intervalOf(track, estimate, around), loNs, hiNs)) release(track, changes);
  }
}

const numbersItself = ({ track }: Candidate): boolean => track.numberedOffsetNs !== undefined;

/** It may yet get a vote. */
function isPending(source: Source, now: Instant): boolean {
  const bar = barOfSource(source);
  if (bar !== undefined) return bar.state === 'warming';
  return [...source.tracks.values()].some((track) => votes(track) && barOf(track, now)?.state === 'warming');
}

/** Voters by the vote. Pulses by their phase, once somebody numbers the second; without any voter they keep their place. */
function isMember(
  candidate: Candidate,
  electorate: readonly Candidate[],
  { overlap, obstacle }: Verdict,
  around: Surroundings,
): boolean {
  if (electorate.length === 0) return candidate.track.admittedNs !== undefined;
  if (overlap === undefined || obstacle !== '') return false;
  if (candidate.track.kind === 'pulse' && !electorate.includes(candidate) && !around.numbered(candidate.track))
    return false;
  return touches(candidate, overlap.loNs, overlap.hiNs);
}

/** Whether the track is in after this verdict: a change of mind takes several of its own updates. */
function stands(track: Track, member: boolean, alone: boolean): boolean {
  const admitted = track.admittedNs !== undefined;
  const spoke = track.updates !== track.judgedUpdates;
  track.judgedUpdates = track.updates;
  if (member === admitted) track.streak = 0;
  else if (spoke) track.streak++;
  const changes = member !== admitted && track.streak >= patience(track, alone);
  if (changes) track.streak = 0;
  const standing = changes ? member : admitted;
  if (changes && !member) track.expulsions++;
  else if (!standing) track.expulsions = Math.max(track.expulsions, 1);
  return standing;
}

/** Updates that it takes to change a track's status. Whom others disproved, nobody follows alone before long. */
function patience(track: Track, alone: boolean): number {
  if (track.admittedNs !== undefined) return UPDATES_TO_EXPEL;
  if (track.condemned && alone) return UPDATES_TO_RETURN_AT_MOST;
  if (track.expulsions === 0) return 0;
  return Math.min(UPDATES_TO_RETURN * 2 ** (track.expulsions - 1), UPDATES_TO_RETURN_AT_MOST);
}

function release(track: Track, changes: Change[]): void {
  if (track.admittedNs === undefined) return;
  track.admittedNs = undefined;
  changes.push({ track, biasSigmaNs: undefined });
}

function renew(track: Track, sigmaNs: Ns, changes: Change[]): void {
  const before = track.admittedNs;
  if (before !== undefined && sigmaNs < before * RENEWAL && sigmaNs > before / RENEWAL) return;
  track.admittedNs = sigmaNs;
  changes.push({ track, biasSigmaNs: sigmaNs });
}

function warm(track: Track, reason: string): void {
  track.state = 'warming';
  track.reason = reason;
}

function reject(track: Track, reason: string): void {
  track.state = 'rejected';
  track.reason = reason;
}

const probation = (track: Track, alone: boolean): string =>
  `is on probation after disagreeing: it has agreed in ${track.streak} of ${patience(track, alone)} observations`;

interface Opponents {
  readonly members: readonly Candidate[];
  readonly electorate: readonly Candidate[];
  readonly own: Surroundings['own'];
}

/** With whom it disagrees, and by how much. */
function objection(candidate: Candidate, { members, electorate, own }: Opponents, obstacle: string): string {
  const { centreNs, halfNs, track } = candidate;
  const isOpposed = (other: Pick<Opinion, 'centreNs' | 'halfNs'>): boolean =>
    !touches(other, centreNs - halfNs, centreNs + halfNs);
  const others = (members.length > 0 ? members : electorate).filter((other) => other.track.source !== track.source);
  const opposed = others.some(isOpposed) ? others.filter(isOpposed) : members.length > 0 ? others : [];
  if (opposed.length > 0) {
    const gapNs = Math.abs(centreNs - mean(opposed.map((other) => other.centreNs)));
    const names = list([...new Set(opposed.map((other) => other.track.source.id))]);
    const disagreement = `disagrees with ${names} by ${formatDuration(gapNs)}`;
    return members.length > 0
      ? disagreement
      : `${disagreement}, and no majority says who is right: add a source, or mark one with trust or prefer`;
  }
  if (own !== undefined && isOpposed(own))
    return `disagrees with the time kept so far by ${formatDuration(Math.abs(centreNs - own.centreNs))}`;
  return `is not used: ${obstacle === '' ? 'it is outside what the majority agrees on' : obstacle}`;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
