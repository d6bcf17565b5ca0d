import type { Leg } from '../../../api/index.js';
import { OneSidedComponent } from './one-sided.js';

const LEAST_SCALE_NS = 1e-3;
/** Bounds what one leg can say against a shape. */
const LEAST_SHARE = 1e-30;
const DORMANT_LOG_WEIGHT = -12;
/** Per leg: a shape is judged by the last few hundred. */
const MEMORY = 0.9975;
/** Fields of `seen`, for each member of the wander bank. */
const CORE = 0;
const LATE = 1;
const ERROR = 2;
const SQUARE = 3;
const EVIDENCE = 4;
const FIELDS = 5;
/** Where the edge of a direction is. */
const WAYS: Readonly<Record<Leg['direction'], number>> = { inbound: 0, outbound: 1 };

/** What else the leg at hand may be, and the shape's own part; all likelihoods in units of e^`logUnit`. */
export interface OtherLikelihoods {
  logUnit: number;
  late: number;
  wild: number;
  /** Of legs that are neither, ahead of this one. */
  part: number;
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
  readonly haste: number;
  private readonly width: number;
  /** Running averages of E[e] and E[g²], and of the edge by direction. */
  private late = 0;
  private square = 0;
  private readonly edges = new Float64Array(2);
  private floorSquare = 0;
  /** What the leg at hand showed to each member, and the sum of that over the members. */
  private readonly seen: Float64Array;
  private readonly sum = new Float64Array(FIELDS);

  constructor(rho: number, sigma: number, members: number) {
    super();
    this.rho = rho;
    this.haste = 1 + 2 / rho;
    this.width = Math.hypot(1, rho);
    this.rescale(sigma / this.width);
    this.seen = new Float64Array(members * FIELDS);
  }

  get sigma(): number {
    return this.scale * this.width;
  }

  get dormant(): boolean {
    return this.logWeight < DORMANT_LOG_WEIGHT;
  }

  reweigh(logWeight: number): void {
    this.logWeight = logWeight;
    this.weight = Math.exp(logWeight);
  }

  /** A leg with at least this noise, its standard deviation. */
  expect(floor: number): void {
    this.floorSquare = floor ** 2;
    this.noise = (this.rho * this.scale) ** 2 + this.floorSquare;
  }

  /** Sets its share, and notes what `weigh` found for one member. */
  compete(member: number, { logUnit, late, wild, part }: OtherLikelihoods): void {
    const own = part * Math.exp(this.logLikelihood - logUnit);
    const all = own + late + wild + LEAST_SHARE;
    this.share = this.weight * own;
    // The chance that this leg is of this noise and no outlier.
    const core = own / all;
    const at = member * FIELDS;
    this.seen[at + CORE] = core;
    this.seen[at + LATE] = core * this.lateness;
    this.seen[at + ERROR] = core * this.error;
    this.seen[at + SQUARE] = core * (this.errorSquare - this.floorSquare);
    this.seen[at + EVIDENCE] = logUnit + Math.log(all);
  }

  /** One EM step with what the members saw; the evidence counts for the weight. */
  settle(weights: Float64Array, lead: number, { direction, rate, edgeRate }: LearningRate): void {
    const { sum } = this;
    this.collect(weights, lead);
    const core = sum[CORE]!;
    this.late += rate * (sum[LATE]! - core * this.late);
    this.square += rate * (sum[SQUARE]! - core * this.square);
    const way = WAYS[direction];
    const before = this.edges[way]!;
    this.edges[way] = before + (edgeRate * sum[ERROR]! + rate * core * (this.edge - before));
    this.scale = Math.max(Math.sqrt(this.late ** 2 + Math.max(this.square, 0)) / this.width, LEAST_SCALE_NS);
    this.logWeight = this.logWeight * MEMORY + sum[EVIDENCE]!;
  }

  /** The mean of both directions' edges: a difference between them is phase, not noise. */
  place(): void {
    this.edge = (this.edges[0]! + this.edges[1]!) / 2;
  }

  rescale(scale: number): void {
    this.scale = scale;
    this.late = scale;
    this.square = (this.rho * scale) ** 2;
  }

  /** The base delay was moved by `by`. */
  move(by: number): void {
    this.edges[0]! -= by;
    this.edges[1]! -= by;
    this.edge -= by;
  }

  /** Only the leading member looks at a dormant shape. */
  private collect(weights: Float64Array, lead: number): void {
    const { seen, sum, dormant } = this;
    for (let n = 0; n < FIELDS; n++) {
      let total = dormant ? seen[lead * FIELDS + n]! : 0;
      if (!dormant) for (let k = 0; k < weights.length; k++) total += weights[k]! * seen[k * FIELDS + n]!;
      sum[n] = total;
    }
  }
}
