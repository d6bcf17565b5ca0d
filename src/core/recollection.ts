import type { ClockId } from '../api/index.js';
import type { Clock } from './clock.js';
import type { Estimator } from './estimator/types.js';
import type { ClockMemory, Memory, TrackMemory } from './memory.js';
import type { Track } from './source.js';

/** What is remembered of the run before, until the estimator has it; and what there is to remember of this one. */
export class Recollection {
  readonly #estimator: Estimator;
  readonly #clocks = new Map<ClockId, ClockMemory>();
  readonly #tracks = new Map<string, TrackMemory>();

  constructor(estimator: Estimator) {
    this.#estimator = estimator;
  }

  /** Of use for clocks of which nothing is known yet. */
  take({ clocks, tracks }: Memory, known: ReadonlyMap<ClockId, Clock>): void {
    for (const memory of clocks) {
      const clock = known.get(memory.clock);
      if (clock === undefined || clock.model !== undefined) continue;
      this.#clocks.set(memory.clock, memory);
      this.#estimator.recallOscillator(memory.clock, {
        slopePpb: memory.frequencyPpb - clock.frequencyPpb,
        slopeSigmaPpb: memory.sigmaPpb,
        wanders: memory.wanders,
      });
    }
    for (const track of tracks) this.#tracks.set(track.key, track);
  }

  /** The correction that a clock should run with until something is known of it. */
  frequencyPpb({ id, model, maxPpb }: Clock): number | undefined {
    const memory = model === undefined ? this.#clocks.get(id) : undefined;
    return memory === undefined ? undefined : Math.max(-maxPpb, Math.min(maxPpb, memory.frequencyPpb));
  }

  /** To be called ahead of a track's first observation. */
  remind({ key, source }: Track): void {
    const memory = this.#tracks.get(key);
    this.#tracks.delete(key);
    if (memory !== undefined && memory.address === source.claims.address) this.#estimator.recallPath(key, memory);
  }

  memory(clocks: Iterable<Clock>, tracks: readonly Track[]): Memory {
    return {
      clocks: [...clocks].flatMap((clock) => this.#clockMemory(clock)),
      tracks: tracks.flatMap((track) => this.#trackMemory(track)),
    };
  }

  #clockMemory({ id, frequencyPpb, model }: Clock): readonly ClockMemory[] {
    const known = model === undefined ? undefined : this.#estimator.oscillator(id);
    if (known === undefined) return [];
    const { slopePpb, slopeSigmaPpb, wanders } = known;
    return [{ clock: id, frequencyPpb: frequencyPpb + slopePpb, sigmaPpb: slopeSigmaPpb, wanders }];
  }

  #trackMemory({ key, source }: Track): readonly TrackMemory[] {
    const known = this.#estimator.path(key);
    const { address } = source.claims;
    return known === undefined || address === undefined ? [] : [{ key, address, ...known }];
  }
}
