import type { Leg, Ns } from '../../../api/index.js';
import type { SavedShape } from '../types.js';
import { NOISE_SIGMAS } from './noise.js';
import { type LearningRate, NoiseShape } from './noise-shape.js';
import { SCALE_GROWTH } from './outlier-rate.js';
import { ShapeWeights } from './shape-weights.js';

/** ρ = √r / J of each shape: from pure queueing (a sharp early edge) to almost Gaussian. */
const SHAPE_RATIOS = [0.01, 0.1, 0.5, 2, 8];
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
/** Legs after which a leg may be called late. */
const LEGS_TO_KNOW = 40;
/** Legs that a restored noise is worth, and the least logarithmic weight of a restored shape. */
const COUNT_AFTER_RESTORE = 32;
const LEAST_RESTORED_LOG_WEIGHT = -5;

/** The shapes that the noise of legs may have, each weighed by how well it predicted. */
export class ShapeBank {
  shapes: readonly NoiseShape[] = [];
  best: NoiseShape;
  /** Logarithm of the probability density with which the bank predicted the last leg. */
  logEvidence = 0;
  private readonly members: number;
  private readonly weights = new ShapeWeights();
  private readonly learningRate: LearningRate = { direction: 'inbound', rate: 1, edgeRate: 1 };
  /** Legs that were learnt from since the scales were last set. */
  private learntLegs = 0;
  /** Standard deviation by which `alignMeans` has placed the edges, ns; 0: it has not. */
  private alignedSigma: Ns = 0;

  /** `sigma`: expected order of magnitude, ns. `members`: capacity of the wander bank. */
  constructor(sigma: Ns, members: number) {
    this.members = members;
    this.best = this.open(sigma);
  }

  /** True while the order of magnitude is searched. */
  get isOpen(): boolean {
    return this.shapes.length > SHAPE_RATIOS.length;
  }

  /** True when the scales have had time to settle. */
  get isKnown(): boolean {
    return this.learntLegs >= LEGS_TO_KNOW;
  }

  /** True when enough legs have shown the order of magnitude. */
  get canClose(): boolean {
    return this.isOpen && this.learntLegs >= LEGS_TO_DECIDE;
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

  /** Mean place of the shapes, ns. A place far from that of the best shape has not been learnt yet. */
  get meanPlace(): Ns {
    const { place: middle, sigma } = this.best;
    let [sum, weights] = [0, 0];
    for (const { weight, place } of this.shapes) {
      sum += weight * Math.min(Math.max(place - middle, -sigma), sigma);
      weights += weight;
    }
    return middle + sum / weights;
  }

  get saved(): readonly SavedShape[] {
    return this.shapes.map(({ rho, logWeight }) => ({ rho, logWeight }));
  }

  /** Starts from the noise of an earlier run, as if COUNT_AFTER_RESTORE legs had shown it. */
  restore(sigma: Ns, saved: readonly SavedShape[]): void {
    this.shapes = SHAPE_RATIOS.map((rho) => new NoiseShape(rho, sigma, this.members));
    for (const shape of this.shapes) {
      const logWeight = saved.find(({ rho }) => rho === shape.rho)?.logWeight ?? 0;
      shape.setLogWeight(Math.max(logWeight, LEAST_RESTORED_LOG_WEIGHT));
    }
    this.best = heaviest(this.shapes);
    this.learntLegs = COUNT_AFTER_RESTORE;
  }

  /** Searches the order of magnitude around a guess of the standard deviation, ns. Returns the likeliest shape. */
  open(sigma: Ns): NoiseShape {
    this.learntLegs = this.alignedSigma = 0;
    this.shapes = SHAPE_RATIOS.flatMap((rho) =>
      START_DECADES.map((decades) => {
        const shape = new NoiseShape(rho, sigma * 10 ** decades, this.members);
        shape.setLogWeight(-0.5 * (decades / PRIOR_DECADES) ** 2);
        return shape;
      }),
    );
    this.best = heaviest(this.shapes);
    return this.best;
  }

  /** Ends the search: one copy of each shape goes on, and learns its scale from now on. */
  close(): void {
    this.learntLegs = COUNT_AFTER_DECISION;
    this.shapes = SHAPE_RATIOS.map((rho) => merged(this.shapes.filter((shape) => shape.rho === rho)));
    this.best = heaviest(this.shapes);
  }

  increaseScale(): void {
    this.learntLegs = 0;
    for (const shape of this.shapes) shape.setScale(shape.scale * SCALE_GROWTH);
  }

  /** Sets whether the bank is idle: then only the leading member's predictions are evaluated. */
  setIdle(isIdle: boolean): void {
    for (const shape of this.shapes) shape.isIdle = isIdle;
  }

  learn(weights: Float64Array, leadMember: number, direction: Leg['direction']): void {
    const { learningRate, isOpen } = this;
    this.learntLegs++;
    const rate = Math.max(2 / (this.learntLegs + 4), 1 / AVERAGED_LEGS);
    learningRate.direction = direction;
    learningRate.rate = isOpen ? 0 : rate;
    this.updateEvidence(leadMember);
    for (const shape of this.shapes) {
      learningRate.edgeRate = shape === this.best ? rate : Math.min(rate * shape.edgeSpeedUp, 1);
      shape.learn(weights, leadMember, learningRate);
    }
  }

  /** Sets the weights that the learnt evidence gives. */
  updateWeights(weights: Float64Array, switchedShare: Float64Array, leadMember: number): void {
    this.weights.learn(this.shapes, weights, switchedShare, leadMember);
    this.best = heaviest(this.shapes);
  }

  /** See `NoiseShape.shiftEdges`. */
  shiftEdges(inbound: Ns, outbound: Ns): void {
    for (const shape of this.shapes) shape.shiftEdges(inbound, outbound);
  }

  /**
   * While the scale is searched: moves the early edges so that all shapes expect the same mean, as far as the scale is known.
   * There is one base delay for all of them: with one edge for all, round noise would be expected where a sharp edge is, or the
   * reverse. The copies of a sharp shape keep one edge, those of a round one keep one mean. The mean edge over all shapes stays.
   */
  alignMeans(): void {
    const { shapes, alignedSigma } = this;
    let [weights, logSigma] = [0, 0];
    for (const { weight, sigma } of shapes) {
      weights += weight;
      logSigma += weight * Math.log(sigma);
    }
    const sigma = Math.exp(logSigma / weights);
    const moveOf = (shape: NoiseShape): Ns =>
      shape.alignedEdge(sigma) - (alignedSigma === 0 ? 0 : shape.alignedEdge(alignedSigma));
    let mean = 0;
    for (const shape of shapes) mean += (shape.weight * moveOf(shape)) / weights;
    for (const shape of shapes) {
      const by = mean - moveOf(shape);
      shape.shiftEdges(by, by);
    }
    this.alignedSigma = sigma;
  }

  private updateEvidence(leadMember: number): void {
    let top = Number.NEGATIVE_INFINITY;
    for (const shape of this.shapes) {
      shape.setEvidence(leadMember);
      top = Math.max(top, shape.evidence);
    }
    let sum = 0;
    let weights = 0;
    for (const { weight, evidence } of this.shapes) {
      sum += weight * Math.exp(evidence - top);
      weights += weight;
    }
    this.logEvidence = top + Math.log(sum / weights);
  }
}

const heaviest = (shapes: readonly NoiseShape[]): NoiseShape =>
  shapes.reduce((best, shape) => (shape.logWeight > best.logWeight ? shape : best));

/** Returns the likeliest copy of one shape, with the geometric mean of the scales and the weight of all copies. */
function merged(copies: readonly NoiseShape[]): NoiseShape {
  const best = heaviest(copies);
  let [sum, logScale] = [0, 0];
  for (const { weight, scale } of copies) {
    sum += weight;
    logScale += weight * Math.log(scale);
  }
  best.setScale(Math.exp(logScale / sum));
  best.addWeightsOf(copies.filter((copy) => copy !== best));
  return best;
}
