import { GROWTH, Growth } from './growth.js';
import { logWild, type Moments, type Noise } from './noise.js';
import { logDensity } from './normal-tail.js';
import { ScaleSearch } from './scale-search.js';

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
export class GaussianNoise implements Noise {
  readonly mean = 0;
  /** What the observation at hand states. */
  unit = 1;
  lead = 0;
  stray = 0;
  /** Over the bank. */
  private square = 1;
  private known = 0;
  /** The same of each member. */
  private readonly squares: Float64Array;
  private readonly knowns: Float64Array;
  /** None when the order of magnitude is found. */
  private searches: readonly ScaleSearch[];
  private readonly growth = new Growth();
  /** Of the observation at hand, for each member, in `unit`. */
  private readonly residual: Float64Array;
  private readonly variance: Float64Array;
  /** Chance that it is of this noise, the part of the variance that is noise, and E[g²]. */
  private readonly core: Float64Array;
  private readonly part: Float64Array;
  private readonly expected: Float64Array;
  private sumCore = 0;
  private sumSquare = 0;
  private sumKnown = 0;

  constructor(members: number) {
    const array = () => new Float64Array(members);
    [this.squares, this.knowns, this.residual, this.variance] = [array().fill(1), array(), array(), array()];
    [this.core, this.part, this.expected] = [array(), array(), array()];
    this.searches = Array.from(this.squares, () => new ScaleSearch(1));
  }

  get sigma(): number {
    return Math.sqrt(this.square) * this.unit;
  }

  weigh(residual: number, variance: number, floor: number, member: number, out: Moments): void {
    const search = this.searches[member];
    if (search === undefined && this.knowns[member] === 0) this.join(member);
    const unit2 = this.unit ** 2;
    const noise = this.squares[member]! * unit2 + floor ** 2;
    const s2 = variance + noise;
    const logStray = logWild(residual, Math.sqrt(s2));
    out.begin();
    const top =
      search === undefined
        ? this.weighCore(residual, variance, s2, logStray, out)
        : search.mix(residual, variance, floor ** 2, this.unit, logStray, out);
    const stray = Math.exp(logStray - top);
    out.add(stray, 0, variance);
    const part = noise / s2;
    this.core[member] = 1 - out.shareOf(stray);
    this.part[member] = part;
    this.expected[member] = ((part * residual) ** 2 + variance * part - floor ** 2) / unit2;
    this.residual[member] = residual / this.unit;
    this.variance[member] = (variance + floor ** 2) / unit2;
    out.end(top);
  }

  learn(member: number, weight: number, fresh: number): void {
    const search = this.searches[member];
    if (search === undefined) this.improve(member, fresh);
    else {
      search.see(this.residual[member]!, this.variance[member]!);
      this.squares[member] = search.sigma ** 2;
      this.knowns[member] = search.known;
    }
    this.sumCore += weight * this.core[member]!;
    this.sumSquare += weight * this.squares[member]!;
    this.sumKnown += weight * this.knowns[member]!;
  }

  settle(): void {
    this.square = this.sumSquare;
    this.known = this.sumKnown;
    this.stray = 1 - this.sumCore;
    this.growth.note(this.stray);
    if (this.searches[0]?.isOver) this.endSearch();
    if (this.growth.isDue) this.grow();
    this.sumCore = this.sumSquare = this.sumKnown = 0;
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

  private weighCore(residual: number, variance: number, s2: number, least: number, out: Moments): number {
    const logCore = logDensity(residual / Math.sqrt(s2)) - 0.5 * Math.log(s2);
    const top = Math.max(logCore, least);
    const gain = variance / s2;
    out.add(Math.exp(logCore - top), gain * residual, variance * (1 - gain));
    return top;
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
      this.squares[k] = this.squares[k]! * GROWTH ** 2;
      this.knowns[k] = Math.min(this.knowns[k]!, GROWN);
    }
    this.square *= GROWTH ** 2;
    this.known = Math.min(this.known, GROWN);
  }
}
