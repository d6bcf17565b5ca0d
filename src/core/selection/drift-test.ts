import { formatRate, type Instant, NS_PER_S } from '../../api/index.js';
import { list } from '../engine/sentence.js';
import type { Drifts, TrackEstimate } from '../estimator/types.js';
import { allTracks, type Source, type SourceTrack, sourceIdsOf } from '../tracks/source.js';
import { type RateVerdict, rateVote } from './rate-vote.js';

/** Least time between two votes on the rates. */
const VOTE_EVERY_NS = 2 * NS_PER_S;
/** Votes in a row that must find the same voter drifting. */
const VOTES_TO_REJECT = 2;
/** Observations of a track before it votes. */
const OBSERVATIONS_TO_VOTE = 8;
/** A silent track tells what its rate was; after this time it does not any more. */
const LONGEST_SILENCE_NS = 7200 * NS_PER_S;

/** The estimates that the vote on the rates reads. */
export interface RateContext {
  readonly now: Instant;
  readonly estimate: (track: SourceTrack) => TrackEstimate | undefined;
  /** The drifts of the times of these tracks' sources. */
  readonly drifts: (tracks: readonly SourceTrack[]) => Drifts;
}

export interface DriftFinding {
  readonly reason: string;
  /** The drift that was found first, ppb. */
  readonly ppb: number;
}

/**
 * Finds the sources whose time drifts: right ones have one rate. A source that drifts is not judged by its offset any more,
 * however near it still is.
 */
export class DriftTest {
  #votedAt: Instant | undefined;
  /** Observations of all voters at the last vote. */
  #observations = 0;
  /** Votes in a row that found a track drifting. */
  readonly #streaks = new Map<SourceTrack, number>();
  #findings: ReadonlyMap<SourceTrack, DriftFinding> = new Map();

  /** Returns the tracks that drift, each with its reason. Marks those that are contested. */
  judge(sources: readonly Source[], { now, estimate, drifts }: RateContext): ReadonlyMap<SourceTrack, DriftFinding> {
    if (this.#votedAt !== undefined && Number(now - this.#votedAt) < VOTE_EVERY_NS) return this.#findings;
    this.#votedAt = now;
    const all = allTracks(sources);
    const observationsOf = (track: SourceTrack): number =>
      (mayVote(track, now) ? estimate(track)?.observations : undefined) ?? 0;
    const voters = all.filter((track) => observationsOf(track) >= OBSERVATIONS_TO_VOTE);
    const observations = voters.reduce((sum, track) => sum + observationsOf(track), 0);
    if (observations === this.#observations) return this.#findings;
    this.#observations = observations;
    const verdict = rateVote(voters.map(voterOf), drifts(voters), this.#knownOf(voters));
    this.#findings = this.#findingsOf(voters, verdict, all);
    this.#markContested(voters, verdict, all);
    return this.#findings;
  }

  /** Returns the drift of each voter that drifted at the last vote, by its index. */
  #knownOf(voters: readonly SourceTrack[]): ReadonlyMap<number, number> {
    const known = new Map<number, number>();
    for (const [i, track] of voters.entries()) {
      const found = this.#findings.get(track);
      if (found !== undefined) known.set(i, found.ppb);
    }
    return known;
  }

  #findingsOf(
    voters: readonly SourceTrack[],
    { drifting, contested, ppb }: RateVerdict,
    all: readonly SourceTrack[],
  ): ReadonlyMap<SourceTrack, DriftFinding> {
    if (drifting.size === 0 && this.#findings.size === 0) {
      this.#streaks.clear();
      return this.#findings;
    }
    const steady = voters.filter((_, i) => !drifting.has(i) && !contested.has(i));
    // A track that begins again has no phase for a moment, and its source drifts as before.
    const findings = new Map([...this.#findings].filter(([track]) => all.includes(track) && !voters.includes(track)));
    for (const track of this.#streaks.keys()) if (!voters.includes(track)) this.#streaks.delete(track);
    for (const [i, track] of voters.entries()) {
      const streak = drifting.has(i) ? (this.#streaks.get(track) ?? 0) + 1 : 0;
      this.#streaks.set(track, streak);
      const known = this.#findings.get(track);
      if (streak >= VOTES_TO_REJECT || (streak > 0 && known !== undefined))
        findings.set(track, { reason: reasonOf(ppb[i]!, steady), ppb: known?.ppb ?? ppb[i]! });
    }
    return findings;
  }

  /** Between the first vote that finds a source drifting and the one that rejects it, what was contested stays so. */
  #markContested(
    voters: readonly SourceTrack[],
    { drifting, contested }: RateVerdict,
    all: readonly SourceTrack[],
  ): void {
    const isOpen = voters.some((track, i) => drifting.has(i) && !this.#findings.has(track));
    for (const track of all) {
      const i = voters.indexOf(track);
      const isContested = isOpen ? track.isContested || drifting.has(i) : contested.has(i);
      track.setContested(isContested && i >= 0 && !this.#findings.has(track));
    }
  }
}

/** A silent track votes as well, by what its rate was. */
const mayVote = ({ votes, source, cadence }: SourceTrack, now: Instant): boolean =>
  votes &&
  source.claims.synchronised &&
  source.dependence.ours === undefined &&
  !source.options.noselect &&
  cadence.ageNs(now) < LONGEST_SILENCE_NS;

const voterOf = ({ source }: SourceTrack) => ({ group: source.dependence.group, trusted: source.options.trust });

const reasonOf = (ppb: number, steady: readonly SourceTrack[]): string =>
  `its time drifts by ${formatRate(Math.abs(ppb))} against ${list(sourceIdsOf(steady))}, which keep one rate`;
