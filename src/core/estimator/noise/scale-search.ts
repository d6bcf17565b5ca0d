import { ComponentMoments, type MixtureMoments, OutlierComponent, type Prediction } from './noise.js';
import { logDensity } from './truncated-normal.js';

/** Observations after which the scale is near enough for expectation–maximisation (EM) to go on. */
const OBSERVATIONS_TO_DECIDE = 24;
/** Hypotheses of the scale: this many decades above the guess. */
const SCALE_DECADES = Float64Array.from({ length: 15 }, (_, n) => n / 2 - 3.5);
/** Variance of ln σ between two neighbouring hypotheses. */
const GRID_VARIANCE = (Math.LN10 / 2) ** 2 / 12;
/** Sigma of the guess, in decades. */
const PRIOR_DECADES = 1.5;

/**
 * Finds the order of magnitude of a noise within a dozen observations, where EM takes hundreds: the posterior over a grid of
 * scales. Until it is found, an observation counts as the mixture over all scales, so that noise is not taken for wander or
 * for a change.
 */
export class ScaleSearch {
  private count = 0;
  private readonly scales: Float64Array;
  private readonly logWeights: Float64Array;
  private readonly weights: Float64Array;
  private readonly logLikelihoods = new Float64Array(SCALE_DECADES.length);
  private readonly component = new ComponentMoments();
  private readonly outlier = new OutlierComponent();

  /** `guess`: expected standard deviation. */
  constructor(guess: number) {
    this.scales = SCALE_DECADES.map((decades) => guess * 10 ** decades);
    this.logWeights = SCALE_DECADES.map((decades) => -0.5 * (decades / PRIOR_DECADES) ** 2);
    this.weights = new Float64Array(SCALE_DECADES.length);
    this.normalise();
  }

  get isOver(): boolean {
    return this.count >= OBSERVATIONS_TO_DECIDE;
  }

  learn(prediction: Prediction): void {
    const { outlier } = this;
    this.count++;
    for (let k = 0; k < this.scales.length; k++) {
      outlier.expectedVariance = prediction.variance + this.scales[k]! ** 2;
      outlier.evaluate(prediction);
      const s = Math.sqrt(outlier.expectedVariance);
      const ordinary = Math.exp(logDensity(prediction.residual / s)) / s;
      this.logWeights[k] = this.logWeights[k]! + Math.log(ordinary + Math.exp(outlier.logLikelihood));
    }
    this.normalise();
  }

  /**
   * Adds a component for each scale to `out`, and raises the unit of the shares to the greatest likelihood. `otherVariance` is
   * noise besides; `unit` is the unit of the scales.
   */
  addComponents({ residual, variance }: Prediction, otherVariance: number, unit: number, out: MixtureMoments): void {
    const { scales, weights, logLikelihoods, component } = this;
    let top = out.logUnit;
    for (let k = 0; k < scales.length; k++) {
      const s2 = variance + otherVariance + (scales[k]! * unit) ** 2;
      logLikelihoods[k] = logDensity(residual / Math.sqrt(s2)) - 0.5 * Math.log(s2);
      top = Math.max(top, logLikelihoods[k]!);
    }
    out.logUnit = top;
    for (let k = 0; k < scales.length; k++) {
      const gain = variance / (variance + otherVariance + (scales[k]! * unit) ** 2);
      component.share = weights[k]! * Math.exp(logLikelihoods[k]! - top);
      component.shift = gain * residual;
      component.variance = variance * (1 - gain);
      out.add(component);
    }
  }

  /** Geometric mean of the scales. */
  get sigma(): number {
    let logSigma = 0;
    for (let k = 0; k < this.scales.length; k++) logSigma += this.weights[k]! * Math.log(this.scales[k]!);
    return Math.exp(logSigma);
  }

  /** Number n of pure observations that would tell as much: these would leave ln σ² a variance of 2/n. */
  get equivalentCount(): number {
    const mean = Math.log(this.sigma);
    let variance = 0;
    for (let k = 0; k < this.scales.length; k++) variance += this.weights[k]! * (Math.log(this.scales[k]!) - mean) ** 2;
    return 0.5 / (variance + GRID_VARIANCE);
  }

  private normalise(): void {
    const top = this.logWeights.reduce((a, b) => Math.max(a, b));
    let sum = 0;
    for (let k = 0; k < this.weights.length; k++) sum += this.weights[k] = Math.exp(this.logWeights[k]! - top);
    for (let k = 0; k < this.weights.length; k++) this.weights[k] = this.weights[k]! / sum;
  }
}
