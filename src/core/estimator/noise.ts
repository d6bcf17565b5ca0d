/** How an observation differs from what one member of the wander bank predicted of it. */
export interface Prediction {
  /** Observed − predicted. */
  readonly residual: number;
  /** Of the predicted h·x. */
  readonly variance: number;
}

/** What an observation says of the predicted quantity h·x: moments to match, gathered from a mixture. */
export class Moments {
  logLikelihood = 0;
  /** Posterior − prior mean of h·x. */
  shift = 0;
  /** Posterior variance of h·x. */
  variance = 0;
  private share = 0;

  begin(): void {
    this.share = this.shift = this.variance = 0;
  }

  /** One component: its share in any unit, its shift and variance. */
  add(share: number, shift: number, variance: number): void {
    this.share += share;
    this.shift += share * shift;
    this.variance += share * (variance + shift * shift);
  }

  /** Part of the mixture so far that a component of this share is. */
  shareOf(share: number): number {
    return share / this.share;
  }

  /** `logUnit`: ln of the unit of the shares. */
  end(logUnit: number): void {
    this.shift /= this.share;
    this.variance = Math.max(this.variance / this.share - this.shift ** 2, 0);
    this.logLikelihood = logUnit + Math.log(this.share);
  }
}

/**
 * Density of an observation that comes from nowhere (a wrong stamp, a reply to another question), `sigma` being what was to
 * be expected: a Cauchy law, so that no residual is too large for it. It says nothing of h·x.
 */
export function logWild(residual: number, sigma: number): number {
  const width = WILD_WIDTH * sigma;
  return LOG_WILD_SHARE - Math.log(Math.PI * width * (1 + (residual / width) ** 2));
}

const WILD_WIDTH = 30;
const LOG_WILD_SHARE = Math.log(1e-4);

/**
 * Noise of one track. For each observation: `expect` comes first, `weigh` once for each member of the wander bank, `settle`
 * last. Numbers are handed over within objects, in place: a plain one is allocated at each call that is not inlined.
 */
export interface Noise {
  /** Expected error and its standard deviation, in the unit of the observation. */
  readonly mean: number;
  readonly sigma: number;
  /** How likely the last observation was none of this noise, 0..1. */
  readonly stray: number;
  /** An observation with at least this noise, its standard deviation; `lead` is the member that counts most. */
  expect(floor: number, lead: number): void;
  /** What the observation says to a member, into `out`. */
  weigh(prediction: Prediction, member: number, out: Moments): void;
  /** Learns from the observation; `weights`: how much each member counts. */
  settle(weights: Float64Array): void;
}
