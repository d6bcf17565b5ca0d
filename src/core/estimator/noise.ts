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
 * Noise of one track. `weigh` is called once for each member of the wander bank and returns what the observation says
 * there; `learn` says how much that member counts, and how likely (0..1) it is only since this observation that the
 * oscillator is of its kind; `settle` ends the observation.
 */
export interface Noise {
  /** Expected error and its standard deviation, in the unit of the observation. */
  readonly mean: number;
  readonly sigma: number;
  /** The member of the wander bank that counts most. */
  lead: number;
  /** How likely the last observation was none of this noise, 0..1. */
  readonly stray: number;
  weigh(residual: number, variance: number, floor: number, member: number, out: Moments): void;
  learn(member: number, weight: number, fresh: number): void;
  settle(): void;
}
