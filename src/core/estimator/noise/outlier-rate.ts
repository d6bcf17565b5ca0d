/** Observations over which outliers are averaged. */
const AVERAGED_OBSERVATIONS = 8;
/** A greater share of outliers is no chance. */
const GREATEST_SHARE = 0.4;
/** Factor by which a noise model raises its scale while the share is too great. */
export const SCALE_GROWTH = 2;

/**
 * Share of outliers among the last observations. It shows that a noise has grown beyond its model: expectation–maximisation
 * learns only from ordinary observations, and would take all of them for outliers for ever.
 */
export class OutlierRate {
  private share = 0;

  /** `chance`: the probability that the observation was an outlier. */
  add(chance: number): void {
    this.share += (chance - this.share) / AVERAGED_OBSERVATIONS;
  }

  get isTooHigh(): boolean {
    return this.share > GREATEST_SHARE;
  }

  reset(): void {
    this.share = 0;
  }
}
