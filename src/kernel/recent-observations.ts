import type { Claims, Observation } from '../api/index.js';

interface Kept {
  claims?: Claims;
  recent?: readonly Observation[];
}

/** Maximum number of observations of a source. */
const RECENT = 20;

/** The last claims and the newest observations of each source, for `timehub show`. */
export class RecentObservations {
  readonly #kept = new Map<string, Kept>();

  observed(id: string, observations: readonly Observation[]): void {
    const kept = this.of(id);
    this.#kept.set(id, { ...kept, recent: [...(kept.recent ?? []), ...observations].slice(-RECENT) });
  }

  claimed(id: string, claims: Claims): void {
    this.#kept.set(id, { ...this.of(id), claims });
  }

  of(id: string): Readonly<Kept> {
    return this.#kept.get(id) ?? {};
  }

  forget(id: string): void {
    this.#kept.delete(id);
  }
}
