import type { Leg, Ns } from '../../../api/index.js';
import type { SavedShape } from '../types.js';
import { EarlyMode } from './early-mode.js';
import { LastingDelay } from './lasting-delay.js';
import { LateTail } from './late-tail.js';
import { type MixtureMoments, NOISE_SIGMAS, type NoiseModel, OutlierComponent, type Prediction } from './noise.js';
import { type LearningRate, NoiseShape, type OtherLikelihoods } from './noise-shape.js';
import { OutlierRate, SCALE_GROWTH } from './outlier-rate.js';

/** ρ = √r / J of each shape: from pure queueing (a sharp early edge) to almost Gaussian. */
const SHAPE_RATIOS = [0.01, 0.1, 0.5, 2, 8];
const LEAST_LOG_WEIGHT = -20;
/** A shape with more weight than this may be the right one; the best shape has 1. */
const RELEVANT_WEIGHT = 0.01;
/** Legs over which a scale is averaged in the long run. */
const AVERAGED_LEGS = 200;
/**
 * While the order of magnitude of the noise is unknown, each shape has copies with scales this many decades above the guess.
 * The guess has a sigma of PRIOR_DECADES. After LEGS_TO_DECIDE legs one copy of each shape goes on; the copies' decision is
 * then worth COUNT_AFTER_DECISION legs.
 */
const START_DECADES = Array.from({ length: 13 }, (_, n) => (n - 8) / 3);
const PRIOR_DECADES = 0.75;
const LEGS_TO_DECIDE = 32;
const COUNT_AFTER_DECISION = 8;
/** Part of an outlier that a late leg counts as: late in one direction is a route, only late in both is noise. */
const LATE_AS_OUTLIER = 0.5;
/** Factor of the guess when the order of magnitude is searched again because both directions are late. */
const SEARCH_FACTOR = 10;
/** Legs that a restored noise is worth, and the least logarithmic weight of a restored shape. */
const COUNT_AFTER_RESTORE = 32;
const LEAST_RESTORED_LOG_WEIGHT = -5;

/**
 * Noise of the legs of one path. A leg never arrives early, so a late one says almost nothing and an early one a lot, each
 * direction by itself. The sharpness of the early edge is unknown: a bank of shapes is weighed by how well they predicted,
 * and its mixture is reduced to one mean and variance.
 */
export class LegNoise implements NoiseModel {
  private shapes: readonly NoiseShape[];
  private readonly members: number;
  private readonly tail: LateTail;
  private readonly early: EarlyMode;
  private readonly lasting = new LastingDelay();
  private readonly outlierRate = new OutlierRate();
  /** Share of late legs by direction. */
  private readonly lateRates = { inbound: new OutlierRate(), outbound: new OutlierRate() };
  private best: NoiseShape;
  private readonly learningRate: LearningRate = { direction: 'inbound', rate: 1, edgeRate: 1 };
  private leadMember = 0;
  outlierChance = 0;
  /** Standard deviation of the leg at hand if it is in no tail, ns. */
  private ordinarySigma: Ns = 0;
  private readonly others: OtherLikelihoods = { logUnit: 0, tail: 0, other: 0, ordinaryFraction: 0 };
  private readonly outlier = new OutlierComponent();
  /** For each member: probability that the leg at hand is an outlier. */
  private readonly outlierChances: Float64Array;
  /** Residual of the leg at hand by the leading member, ns, and the variance of its prediction, ns². */
  private leadResidual: Ns = 0;
  private leadVariance = 0;
  /** Legs that were learnt from since the scales were last set. */
  private learntLegs = 0;
  private readonly legCounts = { inbound: 0, outbound: 0 };
  private lastDirection: Leg['direction'] | undefined;

  /** `sigma`: expected order of magnitude, ns. `members`: capacity of the wander bank. */
  constructor(sigma: Ns, members: number) {
    this.members = members;
    this.shapes = this.createShapes(sigma);
    this.best = heaviest(this.shapes);
    this.outlierChances = new Float64Array(members);
    this.tail = new LateTail(members);
    this.early = new EarlyMode(members);
  }

  get mean(): Ns {
    return this.best.edge + this.best.scale;
  }

  get sigma(): Ns {
    return this.best.sigma;
  }

  /** False: the place of the early edge is unknown, and the noise says nothing of the other direction. */
  get hasBothDirections(): boolean {
    return this.legCounts.inbound > 0 && this.legCounts.outbound > 0;
  }

  /** Least error by any shape that may be the right one. */
  get leastError(): Ns {
    let least = Number.POSITIVE_INFINITY;
    for (const { weight, rho, scale, edge } of this.shapes)
      if (weight > RELEVANT_WEIGHT) least = Math.min(least, edge - NOISE_SIGMAS * rho * scale);
    return least;
  }

  /** Root mean square of the noise over all shapes and scales. */
  get rmsOverShapes(): Ns {
    let [square, weights] = [0, 0];
    for (const { weight, sigma } of this.shapes) {
      square += weight * sigma ** 2;
      weights += weight;
    }
    return Math.sqrt(square / weights);
  }

  /** The shapes for `restore`. */
  get savedShapes(): readonly SavedShape[] {
    return this.shapes.map(({ rho, logWeight }) => ({ rho, logWeight }));
  }

  /** Starts from the noise of an earlier run, as if COUNT_AFTER_RESTORE legs had shown it. */
  restore(sigma: Ns, saved: readonly SavedShape[]): this {
    this.shapes = SHAPE_RATIOS.map((rho) => new NoiseShape(rho, sigma, this.members));
    for (const shape of this.shapes) {
      const logWeight = saved.find(({ rho }) => rho === shape.rho)?.logWeight ?? 0;
      shape.setLogWeight(Math.max(logWeight, LEAST_RESTORED_LOG_WEIGHT));
    }
    this.best = heaviest(this.shapes);
    this.learntLegs = COUNT_AFTER_RESTORE;
    return this;
  }

  /** Sets the direction of the next leg. */
  setDirection(direction: Leg['direction']): this {
    this.learningRate.direction = direction;
    return this;
  }

  prepare(floor: number, leadMember: number): void {
    this.leadMember = leadMember;
    for (const shape of this.shapes) shape.prepare(floor);
    this.ordinarySigma = Math.sqrt(this.best.sigma ** 2 + this.best.floorVariance);
    this.tail.prepare(this.ordinarySigma);
    this.early.prepare(this.best.edge, this.ordinarySigma);
    this.lasting.prepare(this.learningRate.direction, this.best.edge, this.ordinarySigma);
  }

  evaluate(prediction: Prediction, member: number, out: MixtureMoments): void {
    const { shapes, tail, early, lasting, outlier, others } = this;
    if (member === this.leadMember) {
      this.leadResidual = prediction.residual;
      this.leadVariance = prediction.variance;
    }
    tail.evaluate(prediction);
    early.evaluate(prediction);
    lasting.evaluate(prediction);
    outlier.expectedVariance = prediction.variance + this.ordinarySigma ** 2;
    outlier.evaluate(prediction);
    let top = Math.max(tail.logLikelihood, early.logLikelihood, lasting.logLikelihood, outlier.logLikelihood);
    for (const shape of shapes) {
      if (this.skips(shape, member)) continue;
      shape.evaluate(prediction);
      top = Math.max(top, shape.logLikelihood);
    }
    others.logUnit = top;
    others.tail = tail.fraction * Math.exp(tail.logLikelihood - top);
    const earlyChance = early.fraction * Math.exp(early.logLikelihood - top);
    const outlierChance = Math.exp(outlier.logLikelihood - top);
    const lastingChance = lasting.fraction * Math.exp(lasting.logLikelihood - top);
    others.other = earlyChance + lastingChance + outlierChance;
    others.ordinaryFraction = (1 - lasting.fraction) * (1 - tail.fraction - early.fraction);
    let weights = 0;
    out.reset();
    for (const shape of shapes) {
      if (this.skips(shape, member)) continue;
      shape.record(member, others);
      weights += shape.weight;
      out.add(shape.moments);
    }
    tail.moments.share = weights * others.tail;
    out.add(tail.moments);
    early.moments.share = weights * earlyChance;
    out.add(early.moments);
    lasting.moments.share = weights * lastingChance;
    out.add(lasting.moments);
    outlier.moments.share = weights * outlierChance;
    out.add(outlier.moments);
    this.outlierChances[member] = outlier.moments.share / out.share;
    early.record(member, early.moments.share / out.share);
    tail.record(member, out);
    out.logUnit = top - Math.log(weights);
    out.finish();
  }

  learn(weights: Float64Array): void {
    const { tail, early, lasting, learningRate } = this;
    this.outlierChance = 0;
    for (let k = 0; k < weights.length; k++) this.outlierChance += weights[k]! * this.outlierChances[k]!;
    early.learn(weights, this.leadResidual, this.outlierChance, learningRate.direction);
    lasting.learn(learningRate.direction, this.leadResidual, this.leadVariance);
    const isOpen = this.shapes.length > SHAPE_RATIOS.length;
    const isTurn = this.isTurn();
    this.legCounts[learningRate.direction]++;
    this.lastDirection = learningRate.direction;
    if (!isOpen && !isTurn) return;
    this.learntLegs++;
    tail.learn(weights);
    const rate = Math.max(2 / (this.learntLegs + 4), 1 / AVERAGED_LEGS);
    learningRate.rate = isOpen ? 0 : rate;
    for (const shape of this.shapes) {
      learningRate.edgeRate = shape === this.best ? rate : Math.min(rate * shape.edgeSpeedUp, 1);
      shape.learn(weights, this.leadMember, learningRate);
    }
    this.best = heaviest(this.shapes);
    const top = this.best.logWeight;
    const isEarly = this.leadResidual < this.best.edge;
    if (isTurn)
      this.outlierRate.add((isEarly ? 1 : LATE_AS_OUTLIER) * this.outlierChance + LATE_AS_OUTLIER * tail.chance);
    if (!isEarly || this.outlierChance < 0.5)
      this.lateRates[learningRate.direction].add(this.outlierChance + tail.chance);
    for (const shape of this.shapes) shape.setLogWeight(Math.max(shape.logWeight - top, LEAST_LOG_WEIGHT));
    if (this.areBothDirectionsLate()) this.restartSearch();
    else if (this.outlierRate.isTooHigh) this.increaseScale();
    else if (isOpen && this.learntLegs >= LEGS_TO_DECIDE) this.mergeCopies();
  }

  /**
   * After a leg of a two-way path: sets the shapes' edges. Returns by how much, ns, the base delay must be moved for the best
   * shape's edge to be there again.
   */
  alignEdges(): Ns {
    for (const shape of this.shapes) shape.setEdge();
    const by = this.best.edge;
    for (const shape of this.shapes) shape.shiftEdge(by);
    return by;
  }

  /** True when the last leg was in the early mode, or an outlier before the edge. */
  get isEarly(): boolean {
    return this.early.isEarly;
  }

  /** True when the last leg is one of a minority that comes early on this path: it shows no change. */
  get isInEarlyMode(): boolean {
    return this.isEarly && !this.early.isPathShorter;
  }

  /** The path has become shorter: its modes are those of another path. */
  forgetEarlyMode(): void {
    this.early.forget();
  }

  /** Ends the search: one copy of each shape goes on, and learns its scale from now on. */
  private mergeCopies(): void {
    this.learntLegs = COUNT_AFTER_DECISION;
    this.shapes = SHAPE_RATIOS.map((rho) => merged(this.shapes.filter((shape) => shape.rho === rho)));
    this.best = heaviest(this.shapes);
  }

  /**
   * Returns true if the noise has outgrown its scale. One late direction is a route or a clock, so both must be late, where
   * there are two. Early legs never show greater noise, since as many would be late: see `checkForReset`.
   */
  private areBothDirectionsLate(): boolean {
    const { inbound, outbound } = this.lateRates;
    if (this.legCounts.inbound === 0) return outbound.isTooHigh;
    return inbound.isTooHigh && (outbound.isTooHigh || this.legCounts.outbound === 0);
  }

  /**
   * Returns true if the leg may teach the noise: on a two-way path, only a leg that follows one of the other direction. So
   * both directions teach alike, however many legs the busy one has (eight Syncs for a Delay_Req), and a route that gets
   * longer is not taken for noise.
   */
  private isTurn(): boolean {
    const { inbound, outbound } = this.legCounts;
    return inbound === 0 || outbound === 0 || this.learningRate.direction !== this.lastDirection;
  }

  private restartSearch(): void {
    this.lateRates.inbound.reset();
    this.lateRates.outbound.reset();
    this.learntLegs = 0;
    this.shapes = this.createShapes(this.best.sigma * SEARCH_FACTOR);
    this.best = heaviest(this.shapes);
  }

  private increaseScale(): void {
    this.learntLegs = 0;
    for (const shape of this.shapes) shape.setScale(shape.scale * SCALE_GROWTH);
  }

  /** Returns all copies of all shapes around a guess of the standard deviation, ns. */
  private createShapes(sigma: Ns): readonly NoiseShape[] {
    return SHAPE_RATIOS.flatMap((rho) =>
      START_DECADES.map((decades) => {
        const shape = new NoiseShape(rho, sigma * 10 ** decades, this.members);
        shape.setLogWeight(-0.5 * (decades / PRIOR_DECADES) ** 2);
        return shape;
      }),
    );
  }

  /** A dormant shape is evaluated by the leading member alone, to keep its weight current. */
  private skips(shape: NoiseShape, member: number): boolean {
    return shape.isDormant && member !== this.leadMember;
  }
}

const heaviest = (shapes: readonly NoiseShape[]): NoiseShape =>
  shapes.reduce((best, shape) => (shape.logWeight > best.logWeight ? shape : best));

/** Returns the likeliest copy of one shape, with the geometric mean of the scales and the weight of all copies. */
function merged(copies: readonly NoiseShape[]): NoiseShape {
  const best = heaviest(copies);
  let [sum, logScale] = [0, 0];
  for (const { logWeight, scale } of copies) {
    const weight = Math.exp(logWeight - best.logWeight);
    sum += weight;
    logScale += weight * Math.log(scale);
  }
  best.setScale(Math.exp(logScale / sum));
  best.setLogWeight(best.logWeight + Math.log(sum));
  return best;
}
