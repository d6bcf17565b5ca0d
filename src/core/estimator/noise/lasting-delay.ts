import type { Leg, Ns } from '../../../api/index.js';
import { MixtureComponent, type Prediction } from './noise.js';
import { logDensity } from './truncated-normal.js';

/** A leg is late if it comes this many sigmas after the early edge. */
const LATE_SIGMAS = 6;
/** Probability that what made an exchange late in both directions makes the next one as late. */
const LASTS = 0.5;

/**
 * Legs that are as late as the last ones, after an exchange that was late in both directions: a longer route, or a queue that lasts.
 * No change of a clock makes both directions late. So such a leg says nothing, and the clock must not explain it.
 */
export class LastingDelay extends MixtureComponent {
  /** Prior probability that the leg at hand is as late as the last one of its direction, 0..1. */
  fraction = 0;
  /** Distance of the last leg of each direction from the early edge, ns; 0 if it was not late. */
  private readonly last = { inbound: 0, outbound: 0 };
  /** The same of the leg at hand if it is as late, ns. */
  private delayNs: Ns = 0;
  private edge: Ns = 0;
  private noiseVariance = 0;

  /** `edge` and `sigma`: of the ordinary noise of the leg at hand, ns. */
  prepare(direction: Leg['direction'], edge: Ns, sigma: Ns): void {
    const { inbound, outbound } = this.last;
    this.fraction = inbound > 0 && outbound > 0 ? LASTS : 0;
    this.delayNs = this.last[direction];
    this.edge = edge;
    this.noiseVariance = sigma ** 2;
  }

  evaluate(prediction: Prediction): void {
    this.moments.variance = prediction.variance;
    const s2 = prediction.variance + 2 * this.noiseVariance;
    const residual = prediction.residual - this.edge - this.delayNs;
    this.logLikelihood =
      this.fraction === 0 ? Number.NEGATIVE_INFINITY : logDensity(residual / Math.sqrt(s2)) - 0.5 * Math.log(s2);
  }

  /** `lead`: the prediction of the leading member. */
  learn(direction: Leg['direction'], { residual, variance }: Prediction): void {
    const delayNs = residual - this.edge;
    this.last[direction] = delayNs > LATE_SIGMAS * Math.sqrt(variance + this.noiseVariance) ? delayNs : 0;
  }
}
