import type { ClockId, Instant } from '../../api/index.js';
import type { ClockEnsemble } from '../clocks/clock-ensemble.js';
import { type ClockModel, offsetAt } from '../clocks/clock-model.js';
import { majorityModels } from '../clocks/majority-bound.js';
import { vouchersOf } from '../selection/vouched-intervals.js';
import { allTracks, type Source } from '../tracks/source.js';
import type { PromiseBasis } from './input.js';

/** The clocks' models by either promise. The majority's are computed when they are asked for, once at each moment. */
export class PromisedModels {
  readonly basis: PromiseBasis;
  readonly #ensemble: ClockEnsemble;
  readonly #sources: ReadonlyMap<string, Source>;
  #majority: ReadonlyMap<ClockId, ClockModel> | undefined;

  constructor(basis: PromiseBasis | undefined, ensemble: ClockEnsemble, sources: ReadonlyMap<string, Source>) {
    this.basis = basis ?? 'carriers';
    this.#ensemble = ensemble;
    this.#sources = sources;
  }

  /** To be called when an estimate may have changed. */
  clear(): void {
    this.#majority = undefined;
  }

  /** Returns the models whose bound is the majority bound. */
  majority(now: Instant): ReadonlyMap<ClockId, ClockModel> {
    const { clocks, estimate } = this.#ensemble;
    this.#majority ??= majorityModels(
      clocks,
      vouchersOf(allTracks(this.#sources.values()), {
        now,
        frequencyTolerancePpb: this.#ensemble.tolerancePpb,
        estimate,
        biasNs: ({ clock }, { offsetNs }) => {
          const model = clocks.get(clock)?.model;
          return model && offsetNs - offsetAt(model, now);
        },
        rawInterval: (track, tolerancePpb) => this.#ensemble.rawInterval(track, tolerancePpb),
        slopeSigmaPpb: ({ clock }) => clocks.get(clock)?.model?.slopeSigmaPpb ?? Number.POSITIVE_INFINITY,
      }),
    );
    return this.#majority;
  }

  /** Returns the system clock's model whose bound is the one that the hub promises. */
  system(now: Instant): ClockModel | undefined {
    return this.basis === 'majority' ? this.majority(now).get('system') : this.#ensemble.clocks.get('system')?.model;
  }
}
