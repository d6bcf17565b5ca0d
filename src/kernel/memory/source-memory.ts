import type { Claims, Observation, Report } from '../../api/index.js';

interface Kept {
  claims?: Claims;
  recent?: readonly Observation[];
}

/** How many observations of a source are kept for `timehub show`. */
const RECENT = 20;

/** The last words of each source. */
export class SourceMemory {
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
