import type { Leg } from '../../../api/index.js';
import { OneSidedComponent } from './one-sided.js';

const LEAST_SCALE_NS = 1e-3;
/** Bounds what one leg can say against a shape. */
const LEAST_SHARE = 1e-30;
const DORMANT_LOG_WEIGHT = -12;
/** Per leg: a shape is judged by the last few hundred. */
const WEIGHT_RETENTION = 0.9975;
/** Fields of `seen`, for each member of the wander bank. */
const CHANCE = 0;
const DELAY = 1;
const ERROR = 2;
const SQUARE = 3;
const EVIDENCE = 4;
const FIELDS = 5;
/** Where the edge of a direction is. */
const EDGE_INDEX: Readonly<Record<Leg['direction'], number>> = { inbound: 0, outbound: 1 };

/** What else the leg at hand may be, and the shape's own part; all likelihoods in units of e^`logUnit`. */
export interface OtherLikelihoods {
  logUnit: number;
  tail: number;
  outlier: number;
  /** Of legs that are neither, ahead of this one. */
  ordinaryFraction: number;
}

/** How fast a shape is to learn from a leg of this direction: its scale, and its edge. */
export interface LearningRate {
  direction: Leg['direction'];
  rate: number;
  edgeRate: number;
}

/**
 * One shape of a leg's noise: ρ = √r / J is given, the scale J is learnt by EM, and so is the place of the early edge
 * relative to the path's base delay, which all shapes share: otherwise the shape that was right first would keep the delay
 * where it suits itself, and no other could come forward.
 */
export class NoiseShape extends OneSidedComponent {
  logWeight = 0;
  weight = 1;
  readonly rho: number;
  /**
   * By how much its edge is learnt faster while the base delay follows another shape: EM, timid where the edge is sharp, is
   * sped up by the Fisher information of the edge, about 1/2ρJ².
   */
  readonly edgeSpeedUp: number;
  private readonly width: number;
  /** Running averages of E[e] and E[g²], and of the edge by direction. */
  private averageDelay = 0;
  private averageSquare = 0;
  private readonly edges = new Float64Array(2);
  private floorSquare = 0;
  /** What the leg at hand showed to each member, and the sum of that over the members. */
  private readonly records: Float64Array;
  private readonly sum = new Float64Array(FIELDS);

  constructor(rho: number, sigma: number, members: number) {
    super();
    this.rho = rho;
    this.edgeSpeedUp = 1 + 2 / rho;
    this.width = Math.hypot(1, rho);
    this.setScale(sigma / this.width);
    this.records = new Float64Array(members * FIELDS);
  }

  get sigma(): number {
    return this.scale * this.width;
  }

  get isDormant(): boolean {
    return this.logWeight < DORMANT_LOG_WEIGHT;
  }

  setLogWeight(logWeight: number): void {
    this.logWeight = logWeight;
    this.weight = Math.exp(logWeight);
  }

  /** A leg with at least this noise, its standard deviation. */
  prepare(floor: number): void {
    this.floorSquare = floor ** 2;
    this.noiseVariance = (this.rho * this.scale) ** 2 + this.floorSquare;
  }

  /** Sets its share, and notes what `weigh` found for one member. */
  record(member: number, { logUnit, tail: late, outlier: wild, ordinaryFraction: part }: OtherLikelihoods): void {
    const own = part * Math.exp(this.logLikelihood - logUnit);
    const all = own + late + wild + LEAST_SHARE;
    this.share = this.weight * own;
    // The chance that this leg is of this noise and no outlier.
    const core = own / all;
    const at = member * FIELDS;
    this.records[at + CHANCE] = core;
    this.records[at + DELAY] = core * this.meanDelay;
    this.records[at + ERROR] = core * this.meanError;
    this.records[at + SQUARE] = core * (this.meanSquareError - this.floorSquare);
    this.records[at + EVIDENCE] = logUnit + Math.log(all);
  }

  /** One EM step with what the members saw; the evidence counts for the weight. */
  learn(weights: Float64Array, lead: number, { direction, rate, edgeRate }: LearningRate): void {
    const { sum } = this;
    this.sumRecords(weights, lead);
    const core = sum[CHANCE]!;
    this.averageDelay += rate * (sum[DELAY]! - core * this.averageDelay);
    this.averageSquare += rate * (sum[SQUARE]! - core * this.averageSquare);
    const way = EDGE_INDEX[direction];
    const before = this.edges[way]!;
    this.edges[way] = before + (edgeRate * sum[ERROR]! + rate * core * (this.edge - before));
    this.scale = Math.max(
      Math.sqrt(this.averageDelay ** 2 + Math.max(this.averageSquare, 0)) / this.width,
      LEAST_SCALE_NS,
    );
    this.logWeight = this.logWeight * WEIGHT_RETENTION + sum[EVIDENCE]!;
  }

  /** The mean of both directions' edges: a difference between them is phase, not noise. */
  setEdge(): void {
    this.edge = (this.edges[0]! + this.edges[1]!) / 2;
  }

  setScale(scale: number): void {
    this.scale = scale;
    this.averageDelay = scale;
    this.averageSquare = (this.rho * scale) ** 2;
  }

  /** The base delay was moved by `by`. */
  shiftEdge(by: number): void {
    this.edges[0]! -= by;
    this.edges[1]! -= by;
    this.edge -= by;
  }

  /** Only the leading member looks at a dormant shape. */
  private sumRecords(weights: Float64Array, lead: number): void {
    const { records: seen, sum, isDormant: dormant } = this;
    for (let n = 0; n < FIELDS; n++) {
      let total = dormant ? seen[lead * FIELDS + n]! : 0;
      if (!dormant) for (let k = 0; k < weights.length; k++) total += weights[k]! * seen[k * FIELDS + n]!;
      sum[n] = total;
    }
  }
}
