/** The difference between an observation and its prediction by one member of the wander bank. */
export interface Prediction {
  /** Observed − predicted. */
  readonly residual: number;
  /** Variance of the predicted h·x. */
  readonly variance: number;
}

/**
 * Share and moments of one component of a mixture. All components have theirs in objects of this one class: V8 allocates each
 * number that it reads from a field of more than four classes.
 */
export class ComponentMoments {
  /** Weight · likelihood, in any unit that all components of the mixture share. */
  share = 0;
  /** Posterior − prior mean of h·x. */
  shift = 0;
  /** Posterior variance of h·x. */
  variance = 0;
}

/** One explanation of an observation: an ordinary one with this noise, a late one, an outlier. */
export class MixtureComponent {
  logLikelihood = 0;
  readonly moments = new ComponentMoments();
}

/** Mean and variance of h·x after an observation: the moments of a mixture, added component by component. */
export class MixtureMoments {
  logLikelihood = 0;
  /** Natural logarithm of the unit of the shares. */
  logUnit = 0;
  /** Posterior − prior mean of h·x. */
  shift = 0;
  /** Posterior variance of h·x. */
  variance = 0;
  /** Sum of the components' shares. */
  share = 0;

  reset(): void {
    this.share = this.shift = this.variance = 0;
  }

  add({ share, shift, variance }: ComponentMoments): void {
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

/** Gaussian noise is assumed to stay within this many of its sigmas. */
export const NOISE_SIGMAS = 6;
/** Half-width of the outliers' Cauchy distribution, in sigmas of the expected residual. */
const OUTLIER_WIDTH = 30;
/** Logarithm of the prior probability of an outlier, one in 10,000. */
const LOG_OUTLIER_SHARE = Math.log(1e-4);

/**
 * An outlier: a wrong stamp, a reply to another request. Its distribution is Cauchy's, so that no residual is too large for
 * it. It says nothing of h·x.
 */
export class OutlierComponent extends MixtureComponent {
  /** Variance of the residual of an ordinary observation. Must be set before `evaluate`. */
  expectedVariance = 0;

  evaluate({ residual, variance }: Prediction): void {
    this.moments.variance = variance;
    const width = OUTLIER_WIDTH * Math.sqrt(this.expectedVariance);
    this.logLikelihood = LOG_OUTLIER_SHARE - Math.log(Math.PI * width * (1 + (residual / width) ** 2));
  }
}

/**
 * The measurement noise of one track. For each observation call `prepare`, then `evaluate` for each member of the wander
 * bank, then `learn`. Results are written into objects in place: V8 allocates a plain number at each call that it does not
 * inline.
 */
export interface NoiseModel {
  /** Expected error and its standard deviation, in the unit of the observation: ns or ppb. */
  readonly mean: number;
  readonly sigma: number;
  /** No ordinary error is below this. */
  readonly leastError: number;
  /** Probability that the last observation was an outlier, 0..1. */
  readonly outlierChance: number;
  /** `floor`: least standard deviation of the observation. `leadMember`: the member with the greatest weight. */
  prepare(floor: number, leadMember: number): void;
  /** Writes into `out` the moments that the observation leaves of one member's h·x. */
  evaluate(prediction: Prediction, member: number, out: MixtureMoments): void;
  /**
   * Learns from the observation. `weights`: of the members. `switchedShare`: for each member, the part of its weight that is
   * due to a switch of the oscillator's wander since the last observation, 0..1.
   */
  learn(weights: Float64Array, switchedShare: Float64Array): void;
}
