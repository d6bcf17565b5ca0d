import { MixtureComponent, type Prediction } from './noise.js';
import { logDensity, TruncatedNormal } from './truncated-normal.js';

/**
 * One leg whose error is Gaussian (variance r) plus exponential (mean J), above an early edge. h·x + Gaussian has the
 * variance s² before the leg; after a leg with the residual m − μ it is N(μ + s²/J, s²) truncated above the leg. With
 * α = (m − μ)/s − s/J and λ = φ(α)/Φ(α), its mean is m − s(α + λ) and its variance s²(1 − αλ − λ²).
 */
export class OneSidedComponent extends MixtureComponent {
  /** Place of the early edge relative to the predicted leg, ns. */
  edge = 0;
  /** Variance of the Gaussian part, r, ns². Must be set before `evaluate`. */
  noiseVariance = 0;
  /** Mean of the exponential part, J, ns. */
  scale = 0;
  /** E[exponential part], E[Gaussian part] and E[Gaussian part²], given the leg. */
  meanDelay = 0;
  meanError = 0;
  meanSquareError = 0;
  private readonly truncated = new TruncatedNormal();

  evaluate(prediction: Prediction): void {
    const { noiseVariance, scale, truncated, moments } = this;
    const { variance } = prediction;
    const residual = prediction.residual - this.edge;
    const s2 = variance + noiseVariance;
    const s = Math.sqrt(s2);
    truncated.alpha = residual / s - s / scale;
    truncated.truncate();
    const { alpha, lambda, distance } = truncated;
    const lostShare = Math.min(lambda * distance, 1);
    const lost = s2 * lostShare;
    const gain = variance / s2;
    this.meanDelay = s * distance;
    moments.shift = gain * (residual - this.meanDelay);
    // variance − gain² · lost, without cancellation where the prediction is far less certain than the leg.
    moments.variance = gain * (noiseVariance + variance * (1 - lostShare));
    this.meanError = (1 - gain) * (residual - this.meanDelay);
    this.meanSquareError = this.meanError ** 2 + noiseVariance - (1 - gain) ** 2 * lost;
    // −ln J + s²/2J² − (m − μ)/J + ln Φ(α) = ln φ((m − μ)/s) − ln Jλ; the second form does not cancel where Φ is small.
    this.logLikelihood =
      alpha > 4
        ? s2 / (2 * scale * scale) - residual / scale + truncated.logProbability - Math.log(scale)
        : logDensity(residual / s) - Math.log(scale * lambda);
  }
}
