/** How an observation differs from what one member of the wander bank predicted of it. */
export interface Prediction {
  /** Observed − predicted. */
  readonly residual: number;
  /** Of the predicted h·x. */
  readonly variance: number;
}

/** One of the things that an observation may be. */
export class MixtureComponent {
  logLikelihood = 0;
  /** How much it counts, in any unit. */
  share = 0;
  /** Posterior of h·x: what to add to the mean, and the variance. */
  shift = 0;
  variance = 0;
}

/** What an observation says of the predicted quantity h·x: moments to match, gathered from a mixture. */
export class MixtureMoments {
  logLikelihood = 0;
  /** ln of the unit of the shares. */
  logUnit = 0;
  /** Posterior − prior mean of h·x. */
  shift = 0;
  /** Posterior variance of h·x. */
  variance = 0;
  /** Sum of the components'. */
  share = 0;

  reset(): void {
    this.share = this.shift = this.variance = 0;
  }

  add({ share, shift, variance }: MixtureComponent): void {
    this.share += share;
    this.shift += share * shift;
    this.variance += share * (variance + shift * shift);
  }

  finish(): void {
    this.shift /= this.share;
    this.variance = Math.max(this.variance / this.share - this.shift ** 2, 0);
    this.logLikelihood = this.logUnit + Math.log(this.share);
  }
}

/**
 * An observation that comes from nowhere (a wrong stamp, a reply to another question): a Cauchy law, so that no residual is
 * too large for it. It says nothing of h·x.
 */
export class OutlierComponent extends MixtureComponent {
  /** Variance of the residual that was to be expected. */
  expectedVariance = 0;

  evaluate({ residual, variance }: Prediction): void {
    this.variance = variance;
    const width = OUTLIER_WIDTH * Math.sqrt(this.expectedVariance);
    this.logLikelihood = LOG_OUTLIER_SHARE - Math.log(Math.PI * width * (1 + (residual / width) ** 2));
  }
}

/** Gaussian noise stays within so many of its sigmas. */
export const NOISE_SIGMAS = 6;
const OUTLIER_WIDTH = 30;
const LOG_OUTLIER_SHARE = Math.log(1e-4);

/**
 * Noise of one track. For each observation: `expect` comes first, `weigh` once for each member of the wander bank, `settle`
 * last. Numbers are handed over within objects, in place: a plain one is allocated at each call that is not inlined.
 */
export interface NoiseModel {
  /** Expected error and its standard deviation, in the unit of the observation. */
  readonly mean: number;
  readonly sigma: number;
  /** No error is below this. */
  readonly leastError: number;
  /** How likely the last observation was none of this noise, 0..1. */
  readonly outlierChance: number;
  /** An observation with at least this noise, its standard deviation; `lead` is the member that counts most. */
  prepare(floor: number, lead: number): void;
  /** What the observation says to a member, into `out`. */
  evaluate(prediction: Prediction, member: number, out: MixtureMoments): void;
  /**
   * Learns from the observation. `weights`: how much each member counts; `fresh`: how likely it is only since this
   * observation that the oscillator is of its kind, 0..1.
   */
  learn(weights: Float64Array, fresh: Float64Array): void;
}
