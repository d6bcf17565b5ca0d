import { formatDuration, type Instant, type Leg, type Ns } from '../../api/index.js';
import type { ClockEnsemble } from '../clocks/clock-ensemble.js';
import { mayVote } from '../selection/eligibility.js';
import { comesBack, isExpelled, restarts } from '../selection/readmission.js';
import type { Selection } from '../selection/selection.js';
import { allTracks, type Source, type SourceTrack } from '../tracks/source.js';

export interface SourceJumpParts {
  readonly ensemble: ClockEnsemble;
  readonly selection: Selection;
  readonly sources: ReadonlyMap<string, Source>;
  readonly emitEvent: (source: string, text: string) => void;
}

/**
 * Handles a source whose time jumps. If it is the only source it is followed at once. Otherwise it must convince the others
 * again: the reachable ones, and those that made the hub's time with it.
 */
export class SourceJumps {
  readonly #parts: SourceJumpParts;

  constructor(parts: SourceJumpParts) {
    this.#parts = parts;
  }

  /** The source announces the jump itself, ahead of its next observations. `jumpNs`: its size if the source knows it. */
  announced({ id, tracks }: Source, reason: string, jumpNs: Ns | undefined, now: Instant): void {
    const opinions = [...tracks.values()].filter(({ kind }) => kind !== 'link' && kind !== 'rate');
    if (opinions.some(({ carries }) => carries)) this.#parts.emitEvent(id, reason);
    this.#parts.ensemble.discontinuity(opinions, jumpNs);
    for (const track of opinions) this.update(track, now);
  }

  /** To be called when a track is heard, ahead of its first observation. */
  comeBack(track: SourceTrack, now: Instant): void {
    const { ensemble, sources } = this.#parts;
    if (comesBack(track, sources.values(), now)) ensemble.withdraw(track);
  }

  /** To be called after the estimator took an observation of this track: reacts to the jumps and restarts that it found. */
  update(track: SourceTrack, now: Instant): void {
    const { ensemble, selection, sources, emitEvent } = this.#parts;
    const changes = ensemble.changes(track);
    if (changes === undefined) return;
    if (restarts(track, changes.restarts, sources.values())) ensemble.withdraw(track);
    if (changes.suspectNs > 0) ensemble.distrust([track]);
    const news = track.jumps.noteJumps(changes, now);
    if (news === undefined) return;
    const { isNew, foundNs } = news;
    const { id } = track.source;
    ensemble.distrust([track]);
    const makers = isNew ? selection.removeMaker(id) : 0;
    if (makers > 0 || this.#hasCompany(track, now)) {
      if (!isNew) return;
      if (isExpelled(track)) ensemble.withdraw(track);
      ensemble.widenHeldBounds(Math.abs(foundNs ?? ensemble.estimate(track)!.sigmaNs));
    } else if (foundNs !== undefined && track.carries)
      emitEvent(id, `has jumped by ${formatDuration(foundNs)} and is followed`);
  }

  /** Learns a track again if its estimate contradicts causality. `legs`: of one update. */
  checkCausality(track: SourceTrack, legs: readonly Leg[]): void {
    const { ensemble, sources, emitEvent } = this.#parts;
    const estimate = ensemble.estimate(track);
    if (estimate === undefined) return;
    const changeNs = ({ clock, monotonic }: Leg): Ns | undefined => ensemble.changeSinceNs(clock, monotonic);
    if (!track.causality.refutes(estimate, legs, track.noiseFloorNs, changeNs)) return;
    if (track.carries) emitEvent(track.source.id, 'changed its time or its path and is learnt again');
    if (!allTracks(sources.values()).some((other) => other !== track && other.carries))
      ensemble.doubtFrequency(track.clock);
    ensemble.distrust([track]);
    ensemble.withdraw(track);
    ensemble.remove([track]);
    track.relearn();
  }

  #hasCompany(track: SourceTrack, now: Instant): boolean {
    const sources = [...this.#parts.sources.values()];
    const mayDecide = (source: Source): boolean => source !== track.source && mayVote(source, now);
    return sources.some(mayDecide) || allTracks(sources).some((other) => other !== track && other.carries);
  }
}
