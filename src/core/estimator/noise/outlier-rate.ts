/** Observations over which strays are counted. */
const AVERAGED_OBSERVATIONS = 8;
/** The share of them that cannot be chance. */
const GREATEST_SHARE = 0.4;
/** By how much a noise is raised while there are too many. */
export const SCALE_GROWTH = 2;

/**
 * Notices that a noise has outgrown its model: EM learns from what is no stray and would call everything stray for ever.
 */
export class OutlierRate {
  private share = 0;

  /** `stray`: how likely the observation was none of the noise. */
  add(stray: number): void {
    this.share += (stray - this.share) / AVERAGED_OBSERVATIONS;
  }

  get isTooHigh(): boolean {
    return this.share > GREATEST_SHARE;
  }

  reset(): void {
    this.share = 0;
  }
}
