import { formatDuration, type Instant, type Leg, type Ns } from '../../api/index.js';
import type { ClockEnsemble } from '../clocks/clock-ensemble.js';
import { jumped, release, restart } from '../selection/admission.js';
import { isRefuted } from '../selection/causality.js';
import { mayVote } from '../selection/eligibility.js';
import type { Selection } from '../selection/selection.js';
import { allTracks, carries, relearn, type Source, type SourceTrack } from '../tracks/source.js';

export interface SourceJumpParts {
  readonly keeper: ClockEnsemble;
  readonly selection: Selection;
  readonly sources: ReadonlyMap<string, Source>;
  readonly tell: (source: string, text: string) => void;
}

/**
 * What follows where the present of a source does not fit its past. When its time jumps, a source that is alone is followed at
 * once, for it is all that is known; one in company has to convince the others anew, living ones and those who made the time
 * kept so far with it.
 */
export class SourceJumps {
  readonly #parts: SourceJumpParts;

  constructor(parts: SourceJumpParts) {
    this.#parts = parts;
  }

  /** The source says so itself, ahead of what it observes from now on; `jumpNs` if it knows. */
  announced({ id, tracks }: Source, reason: string, jumpNs: Ns | undefined, now: Instant): void {
    const opinions = [...tracks.values()].filter(({ kind }) => kind !== 'link' && kind !== 'rate');
    if (opinions.some(carries)) this.#parts.tell(id, reason);
    this.#parts.keeper.discontinuity(opinions, jumpNs);
    for (const track of opinions) this.follow(track, now);
  }

  /** To be called after the estimator has taken something in of this track. */
  follow(track: SourceTrack, now: Instant): void {
    const { keeper, selection, tell } = this.#parts;
    const estimate = keeper.estimate(track);
    if (estimate === undefined) return;
    const { restarts, jumps, jumpNs, sigmaNs, suspectNs } = estimate;
    keeper.apply(restart(track, restarts, this.#parts.sources.values()));
    if (suspectNs > 0) keeper.distrust([track]);
    const isNew = jumps !== track.jumps;
    const wasSeen = Number.isNaN(jumpNs) || jumpNs === track.jump?.jumpNs;
    if (wasSeen && !isNew) return;
    const { id } = track.source;
    keeper.distrust([track]);
    track.jumps = jumps;
    track.jump = { jumpNs, at: now };
    const witnesses = isNew ? selection.forswear(id).size : 0;
    if (witnesses > 0 || this.#hasCompany(track, now)) {
      if (!isNew) return;
      keeper.apply(jumped(track));
      keeper.open(wasSeen ? sigmaNs : Math.abs(jumpNs));
    } else if (!wasSeen && carries(track)) tell(id, `has jumped by ${formatDuration(jumpNs)}, and is followed`);
  }

  /** A source of which the impossible is believed is learnt anew. `legs`: of one update. */
  examine(track: SourceTrack, legs: readonly Leg[]): void {
    const { keeper, sources, tell } = this.#parts;
    const estimate = keeper.estimate(track);
    if (estimate === undefined || !isRefuted(track, estimate, legs)) return;
    if (carries(track)) tell(track.source.id, 'changed its time or its path: it is learnt anew');
    if (!allTracks(sources.values()).some((other) => other !== track && carries(other))) keeper.doubt(track.clock);
    keeper.distrust([track]);
    keeper.apply(release(track));
    keeper.remove([track]);
    relearn(track);
  }

  #hasCompany(track: SourceTrack, now: Instant): boolean {
    const sources = [...this.#parts.sources.values()];
    const mayTell = (source: Source): boolean => source !== track.source && mayVote(source, now);
    return sources.some(mayTell) || allTracks(sources).some((other) => other !== track && carries(other));
  }
}
