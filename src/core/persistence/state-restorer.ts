import type { ClockId } from '../../api/index.js';
import type { Clock } from '../clocks/clock.js';
import type { Estimator } from '../estimator/types.js';
import type { SourceTrack } from '../tracks/source.js';
import type { SavedClock, SavedState, SavedTrack } from './saved-state.js';

/** A saved frequency is kept while the sigma of the learnt one is larger by this factor. */
const LESS_SURE = 4;
/** A learnt frequency that differs from the saved one by this many of its own sigmas replaces it in any case. */
const CONTRADICTION = 3;

/** Holds the saved state of the last run until the estimator takes it, and makes the saved state of this run. */
export class StateRestorer {
  readonly #estimator: Estimator;
  readonly #clocks = new Map<ClockId, SavedClock>();
  readonly #tracks = new Map<string, SavedTrack>();

  constructor(estimator: Estimator) {
    this.#estimator = estimator;
  }

  /** Takes over a saved state, except for clocks of which this run knows more already. */
  accept({ clocks, tracks }: SavedState, known: ReadonlyMap<ClockId, Clock>): void {
    for (const saved of clocks) {
      const clock = known.get(saved.clock);
      if (clock?.model !== undefined) continue;
      this.#clocks.set(saved.clock, saved);
      if (clock !== undefined) this.restoreClock(clock);
    }
    for (const track of tracks) this.#tracks.set(track.key, track);
  }

  /** To be called when a clock is declared for the first time. */
  restoreClock({ id, frequencyPpb }: Clock): void {
    const saved = this.#clocks.get(id);
    if (saved === undefined) return;
    this.#estimator.restoreOscillator(id, {
      slopePpb: saved.frequencyPpb - frequencyPpb,
      slopeSigmaPpb: saved.sigmaPpb,
      wanders: saved.wanders,
    });
  }

  /** To be called ahead of a track's first observation. */
  restoreTrack(track: SourceTrack): void {
    const saved = this.#savedTrack(track);
    if (saved !== undefined) this.#estimator.restorePath(track.key, saved);
  }

  /** Keeps what is known of a clock that goes. */
  keep(clock: Clock): void {
    const saved = this.#saveClock(clock);
    if (saved !== undefined) this.#clocks.set(clock.id, saved);
  }

  /** Returns the correction for a clock of which this run knows nothing yet. */
  savedFrequencyPpb({ id, model, maxPpb }: Clock): number | undefined {
    const saved = model === undefined ? this.#clocks.get(id) : undefined;
    return saved === undefined ? undefined : Math.max(-maxPpb, Math.min(maxPpb, saved.frequencyPpb));
  }

  /** Returns the saved state of this run. What this run has not learnt stays as it was saved. */
  save(clocks: Iterable<Clock>, tracks: readonly SourceTrack[]): SavedState {
    const present = [...clocks];
    const absent = [...this.#clocks.values()].filter((saved) => present.every(({ id }) => id !== saved.clock));
    return {
      clocks: [...present.map((clock) => this.#saveClock(clock)).filter((saved) => saved !== undefined), ...absent],
      tracks: tracks.map((track) => this.#saveTrack(track)).filter((saved) => saved !== undefined),
    };
  }

  #saveClock({ id, frequencyPpb, model }: Clock): SavedClock | undefined {
    const known = model === undefined ? undefined : this.#estimator.saveOscillator(id);
    const learnt = known && {
      clock: id,
      frequencyPpb: frequencyPpb + known.slopePpb,
      sigmaPpb: known.slopeSigmaPpb,
      wanders: known.wanders,
    };
    return better(this.#clocks.get(id), learnt);
  }

  #saveTrack(track: SourceTrack): SavedTrack | undefined {
    const { key, source } = track;
    const known = this.#estimator.savePath(key);
    return known === undefined ? this.#savedTrack(track) : { key, address: source.claims.address ?? '', ...known };
  }

  /** Undefined also if the source has another address now: its path is another one. */
  #savedTrack({ key, source }: SourceTrack): SavedTrack | undefined {
    const saved = this.#tracks.get(key);
    return saved?.address === (source.claims.address ?? '') ? saved : undefined;
  }
}

function better(saved: SavedClock | undefined, learnt: SavedClock | undefined): SavedClock | undefined {
  if (saved === undefined || learnt === undefined) return learnt ?? saved;
  const isVague = learnt.sigmaPpb > LESS_SURE * saved.sigmaPpb;
  const isContrary = Math.abs(learnt.frequencyPpb - saved.frequencyPpb) > CONTRADICTION * learnt.sigmaPpb;
  return isVague && !isContrary ? saved : learnt;
}
