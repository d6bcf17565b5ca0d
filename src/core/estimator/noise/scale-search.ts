import { MixtureComponent, type MixtureMoments, OutlierComponent, type Prediction } from './noise.js';
import { logDensity } from './truncated-normal.js';

/** Observations after which the scale is near enough for EM to go on. */
const OBSERVATIONS_TO_DECIDE = 24;
/** Hypotheses: this many decades off the guess. */
const SCALE_DECADES = Float64Array.from({ length: 15 }, (_, n) => n / 2 - 3.5);
/** Of ln σ between two of them. */
const GRID_VARIANCE = (Math.LN10 / 2) ** 2 / 12;
/** How far a first guess is to be trusted: standard deviation in decades. */
const PRIOR_DECADES = 1.5;

/**
 * Finds the order of magnitude of a noise within a dozen observations, where EM takes hundreds: the posterior over a grid
 * of scales. Until it is found, what an observation says is the mixture over them, so that nobody takes for wander, or
 * for news, what may be noise.
 */
export class ScaleSearch {
  private count = 0;
  private readonly scales: Float64Array;
  private readonly logWeights: Float64Array;
  private readonly weights: Float64Array;
  private readonly logCore = new Float64Array(SCALE_DECADES.length);
  private readonly scale = new MixtureComponent();
  private readonly outlier = new OutlierComponent();

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
    const { outlier: wild } = this;
    this.count++;
    for (let k = 0; k < this.scales.length; k++) {
      wild.expectedVariance = prediction.variance + this.scales[k]! ** 2;
      wild.evaluate(prediction);
      const s = Math.sqrt(wild.expectedVariance);
      const core = Math.exp(logDensity(prediction.residual / s)) / s;
      this.logWeights[k] = this.logWeights[k]! + Math.log(core + Math.exp(wild.logLikelihood));
    }
    this.normalise();
  }

  /**
   * What the residual says of h·x, into `out`; `other` is noise besides, `unit` that of the scales. The unit of the shares
   * is raised to the greatest likelihood of any scale.
   */
  addComponents({ residual, variance }: Prediction, other: number, unit: number, out: MixtureMoments): void {
    const { scales, weights, logCore, scale } = this;
    let top = out.logUnit;
    for (let k = 0; k < scales.length; k++) {
      const s2 = variance + other + (scales[k]! * unit) ** 2;
      logCore[k] = logDensity(residual / Math.sqrt(s2)) - 0.5 * Math.log(s2);
      top = Math.max(top, logCore[k]!);
    }
    out.logUnit = top;
    for (let k = 0; k < scales.length; k++) {
      const gain = variance / (variance + other + (scales[k]! * unit) ** 2);
      scale.share = weights[k]! * Math.exp(logCore[k]! - top);
      scale.shift = gain * residual;
      scale.variance = variance * (1 - gain);
      out.add(scale);
    }
  }

  /** Geometric mean. */
  get sigma(): number {
    let logSigma = 0;
    for (let k = 0; k < this.scales.length; k++) logSigma += this.weights[k]! * Math.log(this.scales[k]!);
    return Math.exp(logSigma);
  }

  /** Observations that say nothing but their noise, to which those so far amount: ln σ² is known to a variance of 2/n. */
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
