import type { Leg } from '../../../api/index.js';
import type { SavedShape } from '../types.js';
import { LateTail } from './late-tail.js';
import { type MixtureMoments, NOISE_SIGMAS, type NoiseModel, OutlierComponent, type Prediction } from './noise.js';
import { type LearningRate, NoiseShape, type OtherLikelihoods } from './noise-shape.js';
import { OutlierRate, SCALE_GROWTH } from './outlier-rate.js';

/** ρ = √r / J: from pure queueing (a sharp early edge) to almost Gaussian. */
const SHAPE_RATIOS = [0.01, 0.1, 0.5, 2, 8];
const LEAST_LOG_WEIGHT = -20;
/** What a shape counts that may be the right one; the best counts 1. */
const RELEVANT_WEIGHT = 0.01;
/** Legs over which a scale is averaged in the long run. */
const AVERAGED_LEGS = 200;
/**
 * A noise of which nothing is known: each shape in scales this many decades off the guess, which is true to so many (one
 * standard deviation), until so many legs have decided between them.
 */
const START_DECADES = Array.from({ length: 13 }, (_, n) => (n - 8) / 3);
const PRIOR_DECADES = 0.75;
const LEGS_TO_DECIDE = 32;
/** Legs that their decision is worth when the scale is learnt from there on. */
const COUNT_AFTER_DECISION = 8;

/** A late leg may be just that: all of one direction late is a route, both directions are noise. */
const LATE_AS_OUTLIER = 0.5;
/** By how much a noise has grown that makes both directions late. */
const SEARCH_FACTOR = 10;
/** Legs that a memory is worth. */
const COUNT_AFTER_RESTORE = 32;
const LEAST_RESTORED_LOG_WEIGHT = -5;

/**
 * Noise of the legs of one path. A leg never arrives early, so a late one says almost nothing and an early one a lot, each
 * direction by itself. How sharp the early edge is, is not known: a bank of shapes, weighed by how well they predicted, and
 * collapsed into one pair of moments.
 */
export class LegNoise implements NoiseModel {
  private shapes: readonly NoiseShape[];
  private readonly members: number;
  private readonly tail: LateTail;
  private readonly outlierRate = new OutlierRate();
  private readonly lateRates = { inbound: new OutlierRate(), outbound: new OutlierRate() };
  private best: NoiseShape;
  private readonly learningRate: LearningRate = { direction: 'inbound', rate: 1, edgeRate: 1 };
  private leadMember = 0;
  outlierChance = 0;
  /** Of the leg at hand: standard deviation of its noise without the tail. */
  private ordinarySigma = 0;
  private readonly others: OtherLikelihoods = { logUnit: 0, tail: 0, outlier: 0, ordinaryFraction: 0 };
  private readonly outlier = new OutlierComponent();
  /** For each member: chance that it is wild. */
  private readonly outlierChances: Float64Array;
  /** The leg at hand came before its time. */
  private isEarly = false;
  private learntLegs = 0;
  private readonly legCounts = { inbound: 0, outbound: 0 };
  /** Direction of the last leg. */
  private lastDirection: Leg['direction'] | undefined;

  /** `sigma`: the order of magnitude to be expected. */
  constructor(sigma: number, members: number) {
    this.members = members;
    this.shapes = this.createShapes(sigma);
    this.best = this.heaviest();
    this.outlierChances = new Float64Array(members);
    this.tail = new LateTail(members);
  }

  get mean(): number {
    return this.best.edge + this.best.scale;
  }

  get sigma(): number {
    return this.best.sigma;
  }

  /** Noise that was learnt from one direction alone has no place for its early edge, and is none to go on from. */
  get hasBothDirections(): boolean {
    return this.legCounts.inbound > 0 && this.legCounts.outbound > 0;
  }

  /** By any shape that counts. */
  get leastError(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const { weight, rho, scale, edge } of this.shapes)
      if (weight > RELEVANT_WEIGHT) least = Math.min(least, edge - NOISE_SIGMAS * rho * scale);
    return least;
  }

  /** Root mean square of the noise, in all the scales that it may have. */
  get rmsOverShapes(): number {
    let [square, weights] = [0, 0];
    for (const { weight, sigma } of this.shapes) {
      square += weight * sigma ** 2;
      weights += weight;
    }
    return Math.sqrt(square / weights);
  }

  /** What is worth keeping for the next start, beside sigma. */
  get savedShapes(): readonly SavedShape[] {
    return this.shapes.map(({ rho, logWeight }) => ({ rho, logWeight }));
  }

  /** Starts from what was kept, as if a few dozen legs had shown it. */
  restore(sigma: number, memory: readonly SavedShape[]): this {
    this.shapes = SHAPE_RATIOS.map((rho) => new NoiseShape(rho, sigma, this.members));
    for (const shape of this.shapes) {
      const logWeight = memory.find(({ rho }) => rho === shape.rho)?.logWeight ?? 0;
      shape.setLogWeight(Math.max(logWeight, LEAST_RESTORED_LOG_WEIGHT));
    }
    this.best = this.heaviest();
    this.learntLegs = COUNT_AFTER_RESTORE;
    return this;
  }

  /** Which way the next leg goes. */
  setDirection(direction: Leg['direction']): this {
    this.learningRate.direction = direction;
    return this;
  }

  prepare(floor: number, lead: number): void {
    this.leadMember = lead;
    this.ordinarySigma = Math.sqrt(this.best.sigma ** 2 + floor ** 2);
    this.tail.prepare(this.ordinarySigma);
    for (const shape of this.shapes) shape.prepare(floor);
  }

  evaluate(prediction: Prediction, member: number, out: MixtureMoments): void {
    const { shapes, tail, outlier: wild, others: rivals } = this;
    if (member === this.leadMember) this.isEarly = prediction.residual < this.best.edge;
    tail.evaluate(prediction);
    wild.expectedVariance = prediction.variance + this.ordinarySigma ** 2;
    wild.evaluate(prediction);
    let top = Math.max(tail.logLikelihood, wild.logLikelihood);
    for (const shape of shapes) {
      if (this.skips(shape, member)) continue;
      shape.evaluate(prediction);
      top = Math.max(top, shape.logLikelihood);
    }
    rivals.logUnit = top;
    rivals.tail = tail.fraction * Math.exp(tail.logLikelihood - top);
    rivals.outlier = Math.exp(wild.logLikelihood - top);
    rivals.ordinaryFraction = 1 - tail.fraction;
    let weights = 0;
    out.reset();
    for (const shape of shapes) {
      if (this.skips(shape, member)) continue;
      shape.record(member, rivals);
      weights += shape.weight;
      out.add(shape);
    }
    tail.share = weights * rivals.tail;
    out.add(tail);
    wild.share = weights * rivals.outlier;
    out.add(wild);
    this.outlierChances[member] = wild.share / out.share;
    tail.record(member, out);
    out.logUnit = top - Math.log(weights);
    out.finish();
  }

  learn(weights: Float64Array): void {
    const { tail, learningRate: pace } = this;
    this.outlierChance = 0;
    for (let k = 0; k < weights.length; k++) this.outlierChance += weights[k]! * this.outlierChances[k]!;
    const isOpen = this.shapes.length > SHAPE_RATIOS.length;
    const isTurn = this.isTurn();
    this.legCounts[pace.direction]++;
    this.lastDirection = pace.direction;
    if (!isOpen && !isTurn) return;
    this.learntLegs++;
    tail.learn(weights);
    const rate = Math.max(2 / (this.learntLegs + 4), 1 / AVERAGED_LEGS);
    pace.rate = isOpen ? 0 : rate;
    for (const shape of this.shapes) {
      pace.edgeRate = shape === this.best ? rate : Math.min(rate * shape.edgeSpeedUp, 1);
      shape.learn(weights, this.leadMember, pace);
    }
    this.best = this.heaviest();
    const top = this.best.logWeight;
    if (isTurn) this.outlierRate.add(this.outlierChance + tail.chance * LATE_AS_OUTLIER);
    if (!this.isEarly || this.outlierChance < 0.5) this.lateRates[pace.direction].add(this.outlierChance + tail.chance);
    for (const shape of this.shapes) shape.setLogWeight(Math.max(shape.logWeight - top, LEAST_LOG_WEIGHT));
    if (this.isTooSmall()) this.restartSearch();
    else if (this.outlierRate.isTooHigh) this.increaseScale();
    else if (isOpen && this.learntLegs >= LEGS_TO_DECIDE) this.mergeScales();
  }

  /**
   * Of a two-way path, after a leg: places the shapes' edges anew. Returns by how much the base delay must be moved for the
   * best shape's edge to be there again.
   */
  alignEdges(): number {
    for (const shape of this.shapes) shape.setEdge();
    const by = this.best.edge;
    for (const shape of this.shapes) shape.shiftEdge(by);
    return by;
  }

  /** Of each shape one goes on, at the mean scale of its copies and with the weight of all; it learns from now on. */
  private mergeScales(): void {
    this.learntLegs = COUNT_AFTER_DECISION;
    this.shapes = SHAPE_RATIOS.map((rho) => mergeCopies(this.shapes.filter((shape) => shape.rho === rho)));
    this.best = this.heaviest();
  }

  /**
   * All of one direction late is a route or a clock; it takes both directions to be noise, where there are two. What is too
   * early is never noise that has grown, since as much would be late: see `watch`.
   */
  private isTooSmall(): boolean {
    const { inbound, outbound } = this.lateRates;
    if (this.legCounts.inbound === 0) return outbound.isTooHigh;
    return inbound.isTooHigh && (outbound.isTooHigh || this.legCounts.outbound === 0);
  }

  /**
   * The noise of a path that is heard both ways is learnt from legs that follow one of the other direction: however many legs
   * one direction has for each of the other (eight Syncs for a Delay_Req), a route that gets longer is not taken for noise.
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
    this.best = this.heaviest();
  }

  private increaseScale(): void {
    this.learntLegs = 0;
    for (const shape of this.shapes) shape.setScale(shape.scale * SCALE_GROWTH);
  }

  private createShapes(sigma: number): readonly NoiseShape[] {
    return SHAPE_RATIOS.flatMap((rho) => START_DECADES.map((by) => createShape(rho, sigma, by, this.members)));
  }

  private heaviest(): NoiseShape {
    return heaviest(this.shapes);
  }

  /** A shape that counts for nothing is only kept up to date, by the member that counts most. */
  private skips(shape: NoiseShape, member: number): boolean {
    return shape.isDormant && member !== this.leadMember;
  }
}

function createShape(rho: number, sigma: number, decades: number, members: number): NoiseShape {
  const shape = new NoiseShape(rho, sigma * 10 ** decades, members);
  shape.setLogWeight(-0.5 * (decades / PRIOR_DECADES) ** 2);
  return shape;
}

const heaviest = (shapes: readonly NoiseShape[]): NoiseShape =>
  shapes.reduce((best, shape) => (shape.logWeight > best.logWeight ? shape : best));

/** The likeliest of some copies of one shape, at their geometric mean scale and with the weight of all. */
function mergeCopies(copies: readonly NoiseShape[]): NoiseShape {
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
