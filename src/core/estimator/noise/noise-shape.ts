import type { Leg } from '../../../api/index.js';
import { OneSidedComponent } from './one-sided.js';

const LEAST_SCALE_NS = 1e-3;
/** Stamps may be better than stated: this share of their variance is assumed at least. */
const LEAST_FLOOR_SHARE = 1 / 16;
/** Bounds what one leg can say against a shape: a likelihood, relative to that of the best explanation. */
const LEAST_LIKELIHOOD = 1e-30;
/** Limit of the logarithm of a likelihood in units of the best active explanation: an idle shape may be better. */
const GREATEST_LOG_RATIO = 300;
/** A shape of less weight is dormant: only the leading member evaluates it. */
const DORMANT_LOG_WEIGHT = -12;
/** Fields of `records`, FIELDS for each member of the wander bank. The first SUMMED are summed over the members. */
const CHANCE = 0;
const DELAY = 1;
const ERROR = 2;
const SQUARE = 3;
const SUMMED = 4;
/** Likelihood of the leg, in units of e^UNIT. */
const LIKELIHOOD = 4;
const UNIT = 5;
const FIELDS = 6;
/** Index of each direction's edge. */
const EDGE_INDEX: Readonly<Record<Leg['direction'], number>> = { inbound: 0, outbound: 1 };

/** Likelihoods of the other explanations of a leg, in units of e^`logUnit`. */
export interface OtherLikelihoods {
  logUnit: number;
  tail: number;
  /** An early mode or an outlier. */
  other: number;
  /** Prior probability that the leg is in no tail and no early mode. */
  ordinaryFraction: number;
}

/** Step of a shape's running averages at a leg of this direction, 0..1. */
export interface LearningRate {
  direction: Leg['direction'];
  /** Step of the scale. */
  rate: number;
  /** Step of the early edge. */
  edgeRate: number;
}

/**
 * One shape of the noise of legs. Its ρ = √r / J is given. The scale J is learnt by expectation–maximisation (EM), and so is
 * the early edge relative to the path's base delay. All shapes share the base delay: with an own one for each, the shape that
 * was right first would keep the delay where it suits itself, and no other could take over.
 */
export class NoiseShape extends OneSidedComponent {
  /** Weight over all members of the wander bank, and its logarithm. The best shape has 1. */
  logWeight = 0;
  weight = 1;
  /** Weight under each member: see `ShapeWeights`. */
  readonly memberWeights: Float64Array;
  /** Logarithm of the density of the last leg, with the other explanations. */
  evidence = 0;
  /** The leading member alone evaluates the shape, whatever its weight. */
  isIdle = false;
  readonly rho: number;
  /**
   * Factor by which the edge is learnt faster while the base delay follows another shape. EM is slow where the edge is sharp;
   * the factor is from the Fisher information of the edge, about 1/2ρJ².
   */
  readonly edgeSpeedUp: number;
  /** Standard deviation of the noise / J. */
  private readonly width: number;
  private readonly hiddenShare: number;
  /** Running averages of E[exponential part] and E[Gaussian part²]. */
  private averageDelay = 0;
  private averageSquare = 0;
  /** Running average of the edge by direction, ns. */
  private readonly edges = new Float64Array(2);
  private floorSquare = 0;
  /** Part of the stated least variance of a leg that the legs show, ns². */
  floorVariance = 0;
  /** Results of the last leg for each member, and their weighted sum. */
  private readonly records: Float64Array;
  private readonly sum = new Float64Array(SUMMED);

  /** `sigma`: first standard deviation of the noise, ns. */
  constructor(rho: number, sigma: number, members: number) {
    super();
    this.rho = rho;
    this.edgeSpeedUp = 1 + 2 / rho;
    this.width = Math.hypot(1, rho);
    this.hiddenShare = rho ** 2 / (1 + rho ** 2);
    this.setScale(sigma / this.width);
    this.records = new Float64Array(members * FIELDS);
    this.memberWeights = new Float64Array(members).fill(1);
  }

  get sigma(): number {
    return this.scale * this.width;
  }

  /**
   * Place of a leg that met no queue, ns: the early edge where it is sharp, the mean where the noise is round. The exponential
   * part counts as delay as far as the Gaussian part does not hide it.
   */
  get place(): number {
    return this.edge + this.scale * this.hiddenShare;
  }

  /** Returns the early edge for which the mean of the noise is zero, if `sigma`, ns, is its standard deviation. */
  alignedEdge(sigma: number): number {
    return -(sigma / this.width) * (1 - this.hiddenShare) - this.scale * this.hiddenShare;
  }

  get isDormant(): boolean {
    return this.isIdle || this.logWeight < DORMANT_LOG_WEIGHT;
  }

  /** Sets `evidence` to that of one member. */
  setEvidence(member: number): void {
    this.evidence = this.records[member * FIELDS + UNIT]! + Math.log(this.likelihood(member));
  }

  /** Sets the weight under all members. */
  setLogWeight(logWeight: number): void {
    this.logWeight = logWeight;
    this.weight = Math.exp(logWeight);
    this.memberWeights.fill(this.weight);
  }

  /** Takes over the weights of other copies of this shape. */
  addWeightsOf(copies: readonly NoiseShape[]): void {
    for (const { weight, memberWeights } of copies) {
      this.weight += weight;
      for (let k = 0; k < memberWeights.length; k++) this.memberWeights[k] = this.memberWeights[k]! + memberWeights[k]!;
    }
    this.logWeight = Math.log(this.weight);
  }

  /** Returns the likelihood of the last leg by one member, in a unit that all shapes share. */
  likelihood(member: number): number {
    return this.records[member * FIELDS + LIKELIHOOD]!;
  }

  /** `floor`: least standard deviation of the leg, ns. */
  prepare(floor: number): void {
    this.floorSquare = floor ** 2;
    const missing = Math.min(this.averageSquare, 0);
    this.floorVariance = Math.max(this.floorSquare + missing, LEAST_FLOOR_SHARE * this.floorSquare);
    this.noiseVariance = (this.rho * this.scale) ** 2 + this.floorVariance;
  }

  /** After `evaluate` for one member: sets the share, and records the results for `learn`. */
  record(member: number, { logUnit, tail, other, ordinaryFraction }: OtherLikelihoods): void {
    const own = ordinaryFraction * Math.exp(Math.min(this.logLikelihood - logUnit, GREATEST_LOG_RATIO));
    const all = own + tail + other + LEAST_LIKELIHOOD;
    this.moments.share = this.memberWeights[member]! * own;
    // The probability that the leg is an ordinary one, if the noise has this shape.
    const chance = own / all;
    const at = member * FIELDS;
    this.records[at + CHANCE] = chance;
    this.records[at + DELAY] = chance * this.meanDelay;
    this.records[at + ERROR] = chance * this.meanError;
    this.records[at + SQUARE] = chance * (this.meanSquareError - this.floorSquare);
    this.records[at + LIKELIHOOD] = all;
    this.records[at + UNIT] = logUnit;
  }

  /** One step of EM with the members' results. */
  learn(weights: Float64Array, leadMember: number, { direction, rate, edgeRate }: LearningRate): void {
    const { sum } = this;
    this.sumRecords(weights, leadMember);
    const chance = sum[CHANCE]!;
    this.averageDelay += rate * (sum[DELAY]! - chance * this.averageDelay);
    this.averageSquare += rate * (sum[SQUARE]! - chance * this.averageSquare);
    const at = EDGE_INDEX[direction];
    const before = this.edges[at]!;
    this.edges[at] = before + (edgeRate * sum[ERROR]! + rate * chance * (this.edge - before));
    const sigma = Math.sqrt(this.averageDelay ** 2 + Math.max(this.averageSquare, 0));
    this.scale = Math.max(sigma / this.width, LEAST_SCALE_NS);
  }

  /** Sets the edge to the mean of both directions: a difference between them is phase, not noise. */
  setEdge(): void {
    this.edge = (this.edges[0]! + this.edges[1]!) / 2;
  }

  /** Sets the edge to that of one direction, whose noise has this shape alone. */
  setEdgeOf(direction: Leg['direction']): void {
    this.edge = this.edges[EDGE_INDEX[direction]]!;
  }

  /** Returns the edge by the legs of one direction. */
  edgeOf(direction: Leg['direction']): number {
    return this.edges[EDGE_INDEX[direction]]!;
  }

  setScale(scale: number): void {
    this.scale = scale;
    this.averageDelay = scale;
    this.averageSquare = (this.rho * scale) ** 2;
  }

  /** Keeps the edges where they are after the expected legs of the directions were moved by so much, ns. */
  shiftEdges(inbound: number, outbound: number): void {
    this.edges[EDGE_INDEX.inbound]! -= inbound;
    this.edges[EDGE_INDEX.outbound]! -= outbound;
    this.edge -= (inbound + outbound) / 2;
  }

  /** Sets `sum`, each member by its share in the shape. Of a dormant shape only the leading member has results. */
  private sumRecords(weights: Float64Array, leadMember: number): void {
    const { records, sum, memberWeights } = this;
    if (this.isDormant) {
      for (let n = 0; n < SUMMED; n++) sum[n] = records[leadMember * FIELDS + n]!;
      return;
    }
    let all = 0;
    sum.fill(0);
    for (let k = 0; k < weights.length; k++) {
      const share = weights[k]! * memberWeights[k]!;
      all += share;
      for (let n = 0; n < SUMMED; n++) sum[n] = sum[n]! + share * records[k * FIELDS + n]!;
    }
    for (let n = 0; n < SUMMED; n++) sum[n] = sum[n]! / all;
  }
}
