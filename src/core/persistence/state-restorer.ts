import type { ClockId } from '../../api/index.js';
import type { Clock } from '../clocks/clock.js';
import type { Estimator } from '../estimator/types.js';
import type { SourceTrack } from '../tracks/source.js';
import type { SavedClock, SavedState, SavedTrack } from './saved-state.js';

/** What was learnt replaces what was given unless it is so many times less sure, */
const LESS_SURE = 4;
/** and does not contradict it by so many of its sigmas. */
const CONTRADICTION = 3;

/** What is remembered of the run before, until the estimator has it; and what there is to remember of this one. */
export class StateRestorer {
  readonly #estimator: Estimator;
  readonly #clocks = new Map<ClockId, SavedClock>();
  readonly #tracks = new Map<string, SavedTrack>();

  constructor(estimator: Estimator) {
    this.#estimator = estimator;
  }

  /** Of use for clocks of which nothing is known yet: at once, or when they are there. */
  take({ clocks, tracks }: SavedState, known: ReadonlyMap<ClockId, Clock>): void {
    for (const memory of clocks) {
      const clock = known.get(memory.clock);
      if (clock?.model !== undefined) continue;
      this.#clocks.set(memory.clock, memory);
      if (clock !== undefined) this.remindClock(clock);
    }
    for (const track of tracks) this.#tracks.set(track.key, track);
  }

  /** To be called when a clock is there for the first time. */
  remindClock({ id, frequencyPpb }: Clock): void {
    const memory = this.#clocks.get(id);
    if (memory === undefined) return;
    this.#estimator.restoreOscillator(id, {
      slopePpb: memory.frequencyPpb - frequencyPpb,
      slopeSigmaPpb: memory.sigmaPpb,
      wanders: memory.wanders,
    });
  }

  /** What is known of a clock that goes is for the next start. */
  leave(clock: Clock): void {
    for (const memory of this.#clockMemory(clock)) this.#clocks.set(clock.id, memory);
  }

  /** The correction that a clock should run with until something is known of it. */
  frequencyPpb({ id, model, maxPpb }: Clock): number | undefined {
    const memory = model === undefined ? this.#clocks.get(id) : undefined;
    return memory === undefined ? undefined : Math.max(-maxPpb, Math.min(maxPpb, memory.frequencyPpb));
  }

  /** To be called ahead of a track's first observation. */
  remind(track: SourceTrack): void {
    const memory = this.#remembered(track);
    if (memory !== undefined) this.#estimator.restorePath(track.key, memory);
  }

  /** A run that was too short to learn, or was without a clock, hands on what it was given. */
  memory(clocks: Iterable<Clock>, tracks: readonly SourceTrack[]): SavedState {
    const there = [...clocks];
    const away = [...this.#clocks.values()].filter((memory) => there.every(({ id }) => id !== memory.clock));
    return {
      clocks: [...there.flatMap((clock) => this.#clockMemory(clock)), ...away],
      tracks: tracks.flatMap((track) => this.#trackMemory(track)),
    };
  }

  #clockMemory({ id, frequencyPpb, model }: Clock): readonly SavedClock[] {
    const known = model === undefined ? undefined : this.#estimator.saveOscillator(id);
    const learnt = known && {
      clock: id,
      frequencyPpb: frequencyPpb + known.slopePpb,
      sigmaPpb: known.slopeSigmaPpb,
      wanders: known.wanders,
    };
    return [better(this.#clocks.get(id), learnt)].filter((memory) => memory !== undefined);
  }

  #trackMemory(track: SourceTrack): readonly SavedTrack[] {
    const { key, source } = track;
    const known = this.#estimator.savePath(key);
    if (known !== undefined) return [{ key, address: source.claims.address ?? '', ...known }];
    return [this.#remembered(track)].filter((memory) => memory !== undefined);
  }

  /** At another address nothing of it holds. */
  #remembered({ key, source }: SourceTrack): SavedTrack | undefined {
    const memory = this.#tracks.get(key);
    return memory?.address === (source.claims.address ?? '') ? memory : undefined;
  }
}

function better(given: SavedClock | undefined, learnt: SavedClock | undefined): SavedClock | undefined {
  if (given === undefined || learnt === undefined) return learnt ?? given;
  const isVague = learnt.sigmaPpb > LESS_SURE * given.sigmaPpb;
  const isContrary = Math.abs(learnt.frequencyPpb - given.frequencyPpb) > CONTRADICTION * learnt.sigmaPpb;
  return isVague && !isContrary ? given : learnt;
}
