import { formatRate, type Instant, NS_PER_S } from '../../api/index.js';
import { list } from '../engine/sentence.js';
import type { Drifts, TrackEstimate } from '../estimator/types.js';
import { allTracks, type Source, type SourceTrack, sourceIdsOf } from '../tracks/source.js';
import { rateVote } from './rate-vote.js';

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
export class Steadiness {
  #votedAt: Instant | undefined;
  #observations = 0;
  /** Votes in a row that found a track drifting. */
  readonly #streaks = new Map<SourceTrack, number>();
  #findings: ReadonlyMap<SourceTrack, DriftFinding> = new Map();

  /** Returns the tracks that drift, each with its reason. */
  judge(sources: readonly Source[], { now, estimate, drifts }: RateContext): ReadonlyMap<SourceTrack, DriftFinding> {
    if (this.#votedAt !== undefined && Number(now - this.#votedAt) < VOTE_EVERY_NS) return this.#findings;
    this.#votedAt = now;
    const voters: SourceTrack[] = [];
    let observations = 0;
    for (const track of allTracks(sources)) {
      const found = mayVote(track, now) ? estimate(track) : undefined;
      if (found === undefined || found.observations < OBSERVATIONS_TO_VOTE) continue;
      voters.push(track);
      observations += found.observations;
    }
    if (observations === this.#observations) return this.#findings;
    this.#observations = observations;
    const known = new Map(
      voters.flatMap((track, i) => {
        const found = this.#findings.get(track);
        return found === undefined ? [] : [[i, found.ppb] as const];
      }),
    );
    const verdict = rateVote(voters.map(voterOf), drifts(voters), known);
    const steady = voters.filter((_, i) => !verdict.drifting.has(i) && !verdict.contested.has(i));
    const all = allTracks(sources);
    // A track that begins again has no phase for a moment, and its source drifts as before.
    const findings = new Map([...this.#findings].filter(([track]) => all.includes(track) && !voters.includes(track)));
    for (const [i, track] of voters.entries()) {
      const streak = verdict.drifting.has(i) ? (this.#streaks.get(track) ?? 0) + 1 : 0;
      this.#streaks.set(track, streak);
      if (streak >= VOTES_TO_REJECT || (streak > 0 && known.has(i)))
        findings.set(track, { reason: reasonOf(verdict.ppb[i]!, steady), ppb: known.get(i) ?? verdict.ppb[i]! });
    }
    const isOpen = [...verdict.drifting].some((i) => !findings.has(voters[i]!));
    for (const [i, track] of voters.entries())
      track.setContested(
        !findings.has(track) && (isOpen ? track.isContested || verdict.drifting.has(i) : verdict.contested.has(i)),
      );
    for (const track of this.#streaks.keys()) if (!voters.includes(track)) this.#streaks.delete(track);
    this.#findings = findings;
    return findings;
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
