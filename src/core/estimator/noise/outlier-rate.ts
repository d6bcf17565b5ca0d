/** Observations over which strays are counted. */
const MEMORY = 8;
/** The share of them that cannot be chance. */
const TOO_MANY = 0.4;
/** By how much a noise is raised while there are too many. */
export const SCALE_GROWTH = 2;

/**
 * Notices that a noise has outgrown its model: EM learns from what is no stray and would call everything stray for ever.
 */
export class OutlierRate {
  private share = 0;

  /** `stray`: how likely the observation was none of the noise. */
  note(stray: number): void {
    this.share += (stray - this.share) / MEMORY;
  }

  get isDue(): boolean {
    return this.share > TOO_MANY;
  }

  reset(): void {
    this.share = 0;
  }
}
