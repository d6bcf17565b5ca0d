import {
  MixtureComponent,
  type MixtureMoments,
  NOISE_SIGMAS,
  type NoiseModel,
  OutlierComponent,
  type Prediction,
} from './noise.js';
import { OutlierRate, SCALE_GROWTH } from './outlier-rate.js';
import { ScaleSearch } from './scale-search.js';
import { logDensity } from './truncated-normal.js';

/**
 * Pure observations over which the factor is averaged at most. An observation that is uncertain for other reasons than noise
 * counts as a part of a pure one.
 */
const AVERAGED_OBSERVATIONS = 100;
/** The count goes down to this when the noise has grown. */
const COUNT_AFTER_GROWTH = 4;
/** Least standard deviation of the noise, in the unit of the observation: ns or ppb. */
const LEAST_SIGMA = 1e-3;

/**
 * Two-sided noise: a multiple of what each observation states of itself. The factor is learnt by expectation–maximisation
 * (EM) from the observations that are no outliers.
 *
 * Each member of the wander bank learns its own factor. What one member takes for wander, another takes for noise; both pairs
 * explain the size of the residuals equally well, and only the right pair explains how they follow each other. A common
 * factor, learnt with a wrong wander, would make the right wander look wrong for good. As with the wanders (interacting
 * multiple models, Blom and Bar-Shalom 1988), a member of little weight takes its factor from the members with weight.
 */
export class GaussianNoise implements NoiseModel {
  readonly mean = 0;
  /** Standard deviation that the observation at hand states, in its unit. */
  unit = 1;
  outlierChance = 0;
  private floorSquare = 0;
  /** Square of the factor, and pure observations it was learnt from: weighted means over the members. */
  private factorSquare = 1;
  private count = 0;
  /** The same of each member. */
  private readonly factorSquares: Float64Array;
  private readonly counts: Float64Array;
  /** One for each member; none once the order of magnitude is found. */
  private searches: readonly ScaleSearch[];
  private readonly outlierRate = new OutlierRate();
  /** Residual and variance of the observation at hand for each member, in `unit`. */
  private readonly residual: Float64Array;
  private readonly variance: Float64Array;
  /** For each member: probability that it is no outlier, noise as a part of the variance, and E[error²] in `unit`². */
  private readonly ordinaryChance: Float64Array;
  private readonly noiseShare: Float64Array;
  private readonly meanSquareError: Float64Array;
  /** Passes one member's residual to its search, in `unit`. */
  private readonly prediction = { residual: 0, variance: 0 };
  private readonly ordinary = new MixtureComponent();
  private readonly outlier = new OutlierComponent();

  constructor(members: number) {
    const array = () => new Float64Array(members);
    [this.factorSquares, this.counts, this.residual, this.variance] = [array().fill(1), array(), array(), array()];
    [this.ordinaryChance, this.noiseShare, this.meanSquareError] = [array(), array(), array()];
    this.searches = Array.from(this.factorSquares, () => new ScaleSearch(1));
  }

  get sigma(): number {
    return Math.sqrt(this.factorSquare) * this.unit;
  }

  get leastError(): number {
    return -NOISE_SIGMAS * this.sigma;
  }

  prepare(floor: number): void {
    this.floorSquare = floor ** 2;
  }

  evaluate(prediction: Prediction, member: number, out: MixtureMoments): void {
    const search = this.searches[member];
    if (search === undefined && this.counts[member] === 0) this.initialise(member);
    const { residual, variance } = prediction;
    const { floorSquare, outlier } = this;
    const unit2 = this.unit ** 2;
    const noise = this.factorSquares[member]! * unit2 + floorSquare;
    outlier.expectedVariance = variance + noise;
    outlier.evaluate(prediction);
    out.reset();
    out.logUnit = outlier.logLikelihood;
    if (search === undefined) this.addOrdinary(prediction, out);
    else search.addComponents(prediction, floorSquare, this.unit, out);
    outlier.moments.share = Math.exp(outlier.logLikelihood - out.logUnit);
    out.add(outlier.moments);
    const noiseShare = noise / outlier.expectedVariance;
    this.ordinaryChance[member] = 1 - outlier.moments.share / out.share;
    this.noiseShare[member] = noiseShare;
    this.meanSquareError[member] = ((noiseShare * residual) ** 2 + variance * noiseShare - floorSquare) / unit2;
    this.residual[member] = residual / this.unit;
    this.variance[member] = (variance + floorSquare) / unit2;
    out.finish();
  }

  learn(weights: Float64Array, switchedShare: Float64Array): void {
    let ordinaryChance = 0;
    let factorSquare = 0;
    let count = 0;
    for (let k = 0; k < weights.length; k++) {
      this.learnMember(k, switchedShare[k]!);
      ordinaryChance += weights[k]! * this.ordinaryChance[k]!;
      factorSquare += weights[k]! * this.factorSquares[k]!;
      count += weights[k]! * this.counts[k]!;
    }
    this.factorSquare = factorSquare;
    this.count = count;
    this.outlierChance = 1 - ordinaryChance;
    this.outlierRate.add(this.outlierChance);
    if (this.searches[0]?.isOver) this.endSearch();
    if (this.outlierRate.isTooHigh) this.increaseScale();
  }

  private learnMember(member: number, switchedShare: number): void {
    const search = this.searches[member];
    if (search === undefined) {
      this.stepOfEm(member, switchedShare);
      return;
    }
    this.prediction.residual = this.residual[member]!;
    this.prediction.variance = this.variance[member]!;
    search.learn(this.prediction);
    this.factorSquares[member] = search.sigma ** 2;
    this.counts[member] = search.equivalentCount;
  }

  /** One step of EM, the smaller the more is known, mixed with the factor of all members. */
  private stepOfEm(member: number, switchedShare: number): void {
    const chance = this.ordinaryChance[member]!;
    const before = this.factorSquares[member]!;
    const count = Math.min(this.counts[member]! + chance * this.noiseShare[member]! ** 2, AVERAGED_OBSERVATIONS);
    const step = (chance * (this.meanSquareError[member]! - before)) / count;
    const after = Math.max(before + step, (LEAST_SIGMA / this.unit) ** 2);
    this.factorSquares[member] = after + switchedShare * (this.factorSquare - after);
    this.counts[member] = count + switchedShare * (this.count - count);
  }

  private addOrdinary({ residual, variance }: Prediction, out: MixtureMoments): void {
    const { ordinary } = this;
    const s2 = this.outlier.expectedVariance;
    const logLikelihood = logDensity(residual / Math.sqrt(s2)) - 0.5 * Math.log(s2);
    out.logUnit = Math.max(logLikelihood, out.logUnit);
    const gain = variance / s2;
    ordinary.moments.share = Math.exp(logLikelihood - out.logUnit);
    ordinary.moments.shift = gain * residual;
    ordinary.moments.variance = variance * (1 - gain);
    out.add(ordinary.moments);
  }

  /** Ends the search. A member that was added during it has the count 0, and is initialised when it is evaluated. */
  private endSearch(): void {
    for (const [k, { isOver }] of this.searches.entries()) if (!isOver) this.counts[k] = 0;
    this.searches = [];
  }

  private initialise(member: number): void {
    this.factorSquares[member] = this.factorSquare;
    this.counts[member] = this.count;
  }

  private increaseScale(): void {
    for (let k = 0; k < this.factorSquares.length; k++) {
      this.factorSquares[k] = this.factorSquares[k]! * SCALE_GROWTH ** 2;
      this.counts[k] = Math.min(this.counts[k]!, COUNT_AFTER_GROWTH);
    }
    this.factorSquare *= SCALE_GROWTH ** 2;
    this.count = Math.min(this.count, COUNT_AFTER_GROWTH);
  }
}
