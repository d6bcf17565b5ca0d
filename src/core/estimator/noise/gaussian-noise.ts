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
 * How well a scale is known is counted in pure observations, of which nothing but the noise is unknown; what is uncertain
 * for other reasons tells less. To so many the scale is averaged in the long run.
 */
const AVERAGED_OBSERVATIONS = 100;
/** What is left of it when the noise has grown. */
const COUNT_AFTER_GROWTH = 4;
const LEAST_SIGMA = 1e-3;

/**
 * Two-sided noise, a multiple of what each observation states of itself; the factor is learnt by EM from the observations
 * that are not wild. Each member of the bank learns its own: what is wander to one is noise to the next, both pairs
 * explain equally well how far observations are off, and only the right pair how they follow each other. By a common
 * noise, learnt with a wrong wander, the right wander would be found wrong, and for good. Like the wanders (interacting
 * multiple models, Blom and Bar-Shalom 1988) a member that counts for little takes its noise from those that count.
 */
export class GaussianNoise implements NoiseModel {
  readonly mean = 0;
  /** What the observation at hand states. */
  unit = 1;
  outlierChance = 0;
  private floorSquare = 0;
  /** Over the bank. */
  private factorSquare = 1;
  private count = 0;
  /** The same of each member. */
  private readonly factorSquares: Float64Array;
  private readonly counts: Float64Array;
  /** None when the order of magnitude is found. */
  private searches: readonly ScaleSearch[];
  private readonly outlierRate = new OutlierRate();
  /** Of the observation at hand, for each member, in `unit`. */
  private readonly residual: Float64Array;
  private readonly variance: Float64Array;
  /** Chance that it is of this noise, the part of the variance that is noise, and E[g²]. */
  private readonly ordinaryChance: Float64Array;
  private readonly noiseShare: Float64Array;
  private readonly meanSquareError: Float64Array;
  /** Where a member shows its residual to its search, in `unit`. */
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
    const { floorSquare, outlier: wild } = this;
    const unit2 = this.unit ** 2;
    const noise = this.factorSquares[member]! * unit2 + floorSquare;
    wild.expectedVariance = variance + noise;
    wild.evaluate(prediction);
    out.reset();
    out.logUnit = wild.logLikelihood;
    if (search === undefined) this.addOrdinary(prediction, out);
    else search.addComponents(prediction, floorSquare, this.unit, out);
    wild.share = Math.exp(wild.logLikelihood - out.logUnit);
    out.add(wild);
    const part = noise / wild.expectedVariance;
    this.ordinaryChance[member] = 1 - wild.share / out.share;
    this.noiseShare[member] = part;
    this.meanSquareError[member] = ((part * residual) ** 2 + variance * part - floorSquare) / unit2;
    this.residual[member] = residual / this.unit;
    this.variance[member] = (variance + floorSquare) / unit2;
    out.finish();
  }

  learn(weights: Float64Array, fresh: Float64Array): void {
    let core = 0;
    let square = 0;
    let known = 0;
    for (let k = 0; k < weights.length; k++) {
      this.learnMember(k, fresh[k]!);
      core += weights[k]! * this.ordinaryChance[k]!;
      square += weights[k]! * this.factorSquares[k]!;
      known += weights[k]! * this.counts[k]!;
    }
    this.factorSquare = square;
    this.count = known;
    this.outlierChance = 1 - core;
    this.outlierRate.add(this.outlierChance);
    if (this.searches[0]?.isOver) this.endSearch();
    if (this.outlierRate.isTooHigh) this.increaseScale();
  }

  private learnMember(member: number, fresh: number): void {
    const search = this.searches[member];
    if (search === undefined) {
      this.stepOfEm(member, fresh);
      return;
    }
    this.prediction.residual = this.residual[member]!;
    this.prediction.variance = this.variance[member]!;
    search.learn(this.prediction);
    this.factorSquares[member] = search.sigma ** 2;
    this.counts[member] = search.equivalentCount;
  }

  /** A step of EM, as large as what is known allows, and mixed with the noise of all. */
  private stepOfEm(member: number, fresh: number): void {
    const core = this.ordinaryChance[member]!;
    const before = this.factorSquares[member]!;
    const known = Math.min(this.counts[member]! + core * this.noiseShare[member]! ** 2, AVERAGED_OBSERVATIONS);
    const after = Math.max(
      before + (core * (this.meanSquareError[member]! - before)) / known,
      (LEAST_SIGMA / this.unit) ** 2,
    );
    this.factorSquares[member] = after + fresh * (this.factorSquare - after);
    this.counts[member] = known + fresh * (this.count - known);
  }

  private addOrdinary({ residual, variance }: Prediction, out: MixtureMoments): void {
    const { ordinary: ours } = this;
    const s2 = this.outlier.expectedVariance;
    const logCore = logDensity(residual / Math.sqrt(s2)) - 0.5 * Math.log(s2);
    out.logUnit = Math.max(logCore, out.logUnit);
    const gain = variance / s2;
    ours.share = Math.exp(logCore - out.logUnit);
    ours.shift = gain * residual;
    ours.variance = variance * (1 - gain);
    out.add(ours);
  }

  /** Members that were added since it began join when they are needed. */
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
