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
const MEMORY = 100;
/** What is left of it when the noise has grown. */
const GROWN = 4;
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
  stray = 0;
  private floorSquare = 0;
  /** Over the bank. */
  private square = 1;
  private known = 0;
  /** The same of each member. */
  private readonly squares: Float64Array;
  private readonly knowns: Float64Array;
  /** None when the order of magnitude is found. */
  private searches: readonly ScaleSearch[];
  private readonly growth = new OutlierRate();
  /** Of the observation at hand, for each member, in `unit`. */
  private readonly residual: Float64Array;
  private readonly variance: Float64Array;
  /** Chance that it is of this noise, the part of the variance that is noise, and E[g²]. */
  private readonly core: Float64Array;
  private readonly part: Float64Array;
  private readonly expected: Float64Array;
  /** Where a member shows its residual to its search, in `unit`. */
  private readonly shown = { residual: 0, variance: 0 };
  private readonly ours = new MixtureComponent();
  private readonly wild = new OutlierComponent();

  constructor(members: number) {
    const array = () => new Float64Array(members);
    [this.squares, this.knowns, this.residual, this.variance] = [array().fill(1), array(), array(), array()];
    [this.core, this.part, this.expected] = [array(), array(), array()];
    this.searches = Array.from(this.squares, () => new ScaleSearch(1));
  }

  get sigma(): number {
    return Math.sqrt(this.square) * this.unit;
  }

  get least(): number {
    return -NOISE_SIGMAS * this.sigma;
  }

  expect(floor: number): void {
    this.floorSquare = floor ** 2;
  }

  weigh(prediction: Prediction, member: number, out: MixtureMoments): void {
    const search = this.searches[member];
    if (search === undefined && this.knowns[member] === 0) this.join(member);
    const { residual, variance } = prediction;
    const { floorSquare, wild } = this;
    const unit2 = this.unit ** 2;
    const noise = this.squares[member]! * unit2 + floorSquare;
    wild.expected = variance + noise;
    wild.weigh(prediction);
    out.begin();
    out.logUnit = wild.logLikelihood;
    if (search === undefined) this.weighCore(prediction, out);
    else search.mix(prediction, floorSquare, this.unit, out);
    wild.share = Math.exp(wild.logLikelihood - out.logUnit);
    out.add(wild);
    const part = noise / wild.expected;
    this.core[member] = 1 - wild.share / out.share;
    this.part[member] = part;
    this.expected[member] = ((part * residual) ** 2 + variance * part - floorSquare) / unit2;
    this.residual[member] = residual / this.unit;
    this.variance[member] = (variance + floorSquare) / unit2;
    out.end();
  }

  settle(weights: Float64Array, fresh: Float64Array): void {
    let core = 0;
    let square = 0;
    let known = 0;
    for (let k = 0; k < weights.length; k++) {
      this.learn(k, fresh[k]!);
      core += weights[k]! * this.core[k]!;
      square += weights[k]! * this.squares[k]!;
      known += weights[k]! * this.knowns[k]!;
    }
    this.square = square;
    this.known = known;
    this.stray = 1 - core;
    this.growth.note(this.stray);
    if (this.searches[0]?.isOver) this.endSearch();
    if (this.growth.isDue) this.grow();
  }

  private learn(member: number, fresh: number): void {
    const search = this.searches[member];
    if (search === undefined) {
      this.improve(member, fresh);
      return;
    }
    this.shown.residual = this.residual[member]!;
    this.shown.variance = this.variance[member]!;
    search.see(this.shown);
    this.squares[member] = search.sigma ** 2;
    this.knowns[member] = search.known;
  }

  /** A step of EM, as large as what is known allows, and mixed with the noise of all. */
  private improve(member: number, fresh: number): void {
    const core = this.core[member]!;
    const before = this.squares[member]!;
    const known = Math.min(this.knowns[member]! + core * this.part[member]! ** 2, MEMORY);
    const after = Math.max(before + (core * (this.expected[member]! - before)) / known, (LEAST_SIGMA / this.unit) ** 2);
    this.squares[member] = after + fresh * (this.square - after);
    this.knowns[member] = known + fresh * (this.known - known);
  }

  private weighCore({ residual, variance }: Prediction, out: MixtureMoments): void {
    const { ours } = this;
    const s2 = this.wild.expected;
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
    for (const [k, { isOver }] of this.searches.entries()) if (!isOver) this.knowns[k] = 0;
    this.searches = [];
  }

  private join(member: number): void {
    this.squares[member] = this.square;
    this.knowns[member] = this.known;
  }

  private grow(): void {
    for (let k = 0; k < this.squares.length; k++) {
      this.squares[k] = this.squares[k]! * SCALE_GROWTH ** 2;
      this.knowns[k] = Math.min(this.knowns[k]!, GROWN);
    }
    this.square *= SCALE_GROWTH ** 2;
    this.known = Math.min(this.known, GROWN);
  }
}
