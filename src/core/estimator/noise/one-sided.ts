import { MixtureComponent, type Prediction } from './noise.js';
import { logDensity, TruncatedNormal } from './truncated-normal.js';

/**
 * What one leg says of h·x when its error is Gaussian (variance r) plus exponential (mean J) from an early edge on: h·x + g
 * is Gaussian with variance s² ahead of it; given that the leg came e later it is N(μ + s²/J, s²) cut off above the leg.
 * With α = (m − μ)/s − s/J and λ = φ(α)/Φ(α) its mean is m − s(α + λ) and its variance s²(1 − αλ − λ²).
 */
export class OneSidedComponent extends MixtureComponent {
  edge = 0;
  /** Variance of the Gaussian part, r, for the leg at hand. */
  noiseVariance = 0;
  /** Mean of the exponential part, J. */
  scale = 0;
  /** E[e], E[g] and E[g²]. */
  meanDelay = 0;
  meanError = 0;
  meanSquareError = 0;
  private readonly truncated = new TruncatedNormal();

  evaluate(prediction: Prediction): void {
    const { noiseVariance: noise, scale, truncated: normal } = this;
    const { variance } = prediction;
    const residual = prediction.residual - this.edge;
    const s2 = variance + noise;
    const s = Math.sqrt(s2);
    normal.alpha = residual / s - s / scale;
    normal.truncate();
    const { alpha, lambda } = normal;
    const lost = s2 * Math.min(lambda * (alpha + lambda), 1);
    const gain = variance / s2;
    this.meanDelay = s * (alpha + lambda);
    this.shift = gain * (residual - this.meanDelay);
    this.variance = variance - gain * gain * lost;
    this.meanError = (1 - gain) * (residual - this.meanDelay);
    this.meanSquareError = this.meanError ** 2 + noise - (1 - gain) ** 2 * lost;
    // −ln J + s²/2J² − (m − μ)/J + ln Φ(α) = ln φ((m − μ)/s) − ln Jλ; the second form does not cancel where Φ is small.
    this.logLikelihood =
      alpha > 4
        ? s2 / (2 * scale * scale) - residual / scale + normal.logProbability - Math.log(scale)
        : logDensity(residual / s) - Math.log(scale * lambda);
  }
}
