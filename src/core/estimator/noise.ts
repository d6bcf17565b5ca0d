/** What an observation says of the predicted quantity h·x, as moments to match. */
export class Moments {
  logLikelihood = 0;
  /** Posterior − prior mean of h·x. */
  shift = 0;
  /** Posterior variance of h·x. */
  variance = 0;
}

/**
 * Noise of one track. `weigh` is called once for each member of the wander bank and returns what the observation says
 * there; `learn` says how much that member counts; `settle` ends the observation.
 */
export interface Noise {
  /** Scale, in the unit of the observation. */
  readonly scale: number;
  /** Standard deviation to expect of the next observation. */
  readonly sigma: number;
  weigh(residual: number, variance: number, floor: number, member: number, out: Moments): void;
  learn(member: number, weight: number): void;
  settle(): void;
}
