import type { Moments, Noise } from './noise.js';
import { inverseMills, logBelow, logDensity } from './normal-tail.js';

/** ρ = √r / J of the shapes: from pure queueing (a sharp early edge) to almost Gaussian. */
const SHAPES = [0.01, 0.1, 0.5, 2, 8];
/** Per leg; a shape is judged by the last two hundred or so. */
const SHAPE_MEMORY = 0.9975;
const LEAST_LOG_WEIGHT = -20;
/** Legs over which a scale is averaged in the long run. */
const MEMORY = 200;

/** A leg that is much too late: some share of them wait in another queue, this much longer. */
const TAIL_SHARE = 0.01;
const TAIL_WIDTH = 30;
/** A leg that cannot be: a wrong stamp, a reply to another question. */
const WILD_SHARE = 1e-4;
const WILD_WIDTH = 300;

/**
 * Noise of a leg: Gaussian + exponential. A leg never arrives early, so a late one says almost nothing and an early one a
 * lot, each direction by itself. How sharp the early edge is (ρ) is not known: a bank of shapes, each with a scale J learnt
 * by EM, weighed by how well they predicted, collapsed into one pair of moments. All scales of one track are shared by the
 * members of the wander bank.
 */
export class LegNoise implements Noise {
  private readonly scales: Float64Array;
  private readonly logWeights = new Float64Array(SHAPES.length);
  private count = 0;
  /** Averages of E[e] and E[g²], per shape. */
  private readonly late: Float64Array;
  private readonly square: Float64Array;
  /** Of the observation at hand, per member and shape: share of the core, E[e], E[g²], log-likelihood. */
  private readonly core: Float64Array;
  private readonly nowLate: Float64Array;
  private readonly nowSquare: Float64Array;
  private readonly logLikelihood: Float64Array;
  /** Sums of them over the members. */
  private readonly sums = new Float64Array(4 * SHAPES.length);
  /** Of one member: shift and variance of h·x under each shape, then under tail and wild; their log weights. */
  private readonly shift = new Float64Array(SHAPES.length + 2);
  private readonly variance = new Float64Array(SHAPES.length + 2);
  private readonly logShare = new Float64Array(SHAPES.length + 2);
  /** Posterior of h·x + g, of the last `truncate`. */
  private meanShift = 0;
  private left = 0;

  constructor(scale: number, members: number) {
    this.scales = new Float64Array(SHAPES.length).fill(scale);
    this.late = Float64Array.from(SHAPES, (rho) => scale / Math.hypot(1, rho));
  }
}
