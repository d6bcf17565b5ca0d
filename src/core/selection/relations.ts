import type { Claims } from '../../api/index.js';
import type { Source } from '../tracks/source.js';
import { dependencesOf, haveSameOrigin } from './independence.js';

/** Keeps the dependences of the sources up to date: relates all of them again once one of them claims another origin. */
export class Relations {
  /** The sources that were related, in their order, and the claims of each. */
  readonly #sources: Source[] = [];
  readonly #claims: Claims[] = [];

  update(sources: readonly Source[]): void {
    if (!this.#noteChanges(sources)) return;
    const dependences = dependencesOf(sources);
    for (const source of sources) source.relate(dependences.get(source.id)!);
  }

  /** Returns true if another source is there or one claims another origin. */
  #noteChanges(sources: readonly Source[]): boolean {
    let hasChanged = sources.length !== this.#sources.length;
    this.#sources.length = this.#claims.length = sources.length;
    for (let i = 0; i < sources.length; i++) {
      const source = sources[i]!;
      const { claims } = source;
      hasChanged ||= source !== this.#sources[i] || !haveSameOrigin(claims, this.#claims[i]!);
      this.#sources[i] = source;
      this.#claims[i] = claims;
    }
    return hasChanged;
  }
}
