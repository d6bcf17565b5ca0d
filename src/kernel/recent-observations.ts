import type { Claims, Observation, Report } from '../api/index.js';

interface Kept {
  claims?: Claims;
  recent?: readonly Observation[];
}

/** Maximum number of observations of a source. */
const RECENT = 20;

/** The last claims and the newest observations of each source, for `timehub show`. */
export class RecentObservations {
  readonly #kept = new Map<string, Kept>();

  reported(id: string, { claims, observations }: Report): void {
    const { recent = [], ...kept } = this.of(id);
    this.#kept.set(id, { ...kept, ...(claims && { claims }), recent: [...recent, ...observations].slice(-RECENT) });
  }

  of(id: string): Readonly<Kept> {
    return this.#kept.get(id) ?? {};
  }

  forget(id: string): void {
    this.#kept.delete(id);
  }
}
