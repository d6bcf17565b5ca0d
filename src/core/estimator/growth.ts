/** Observations over which strays are counted, and the share of them that cannot be chance. */
const MEMORY = 8;
const TOO_MANY = 0.4;
export const GROWTH = 2;

/**
 * Notices that a noise has outgrown its model: EM learns from what is no stray and would call everything stray for ever.
 */
export class Growth {
  private share = 0;

  /** `stray`: how likely the observation was none of the noise. True when the noise is to be doubled. */
  isDue(stray: number): boolean {
    this.share += (stray - this.share) / MEMORY;
    return this.share > TOO_MANY;
  }
}
