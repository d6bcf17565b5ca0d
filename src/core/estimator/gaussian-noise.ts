import { GROWTH, Growth } from './growth.js';
import { logWild, type Moments, type Noise } from './noise.js';
import { logDensity } from './normal-tail.js';
import { ScaleSearch } from './scale-search.js';

/** Observations over which the scale is averaged in the long run. */
const MEMORY = 100;
const LEAST_SIGMA = 1e-3;

/**
 * Two-sided noise, a multiple of what each observation states of itself; the factor is learnt by EM from the observations
 * that are not wild.
 */
export class GaussianNoise implements Noise {
  readonly mean = 0;
  /** What the observation at hand states. */
  unit = 1;
  lead = 0;
  stray = 0;
  private factor = 1;
  private readonly search = new ScaleSearch(1);
  private readonly growth = new Growth();
  private count = 0;
  /** Of the observation at hand, for each member: chance that it is of this noise, and E[g²] then. */
  private readonly core: Float64Array;
  private readonly square: Float64Array;
  /** To the leading member, in `unit`. */
  private shown = { residual: 0, variance: 0 };
  private sumCore = 0;
  private sumSquare = 0;

  constructor(members: number) {
    this.core = new Float64Array(members);
    this.square = new Float64Array(members);
  }

  get sigma(): number {
    return this.factor * this.unit;
  }

  weigh(residual: number, variance: number, floor: number, member: number, out: Moments): void {
    const s2 = variance + this.sigma ** 2 + floor ** 2;
    const s = Math.sqrt(s2);
    const logStray = logWild(residual, s);
    out.begin();
    const top = this.search.isOver
      ? this.weighCore(residual, variance, s2, logStray, out)
      : this.search.mix(residual, variance, floor ** 2, this.unit, logStray, out);
    const stray = Math.exp(logStray - top);
    out.add(stray, 0, variance);
    this.core[member] = 1 - out.shareOf(stray);
    const gain = variance / s2;
    this.square[member] = (((1 - gain) * residual) ** 2 + variance * (1 - gain) - floor ** 2) / this.unit ** 2;
    out.end(top);
    if (member === this.lead && !this.search.isOver)
      this.shown = { residual: residual / this.unit, variance: (variance + floor ** 2) / this.unit ** 2 };
  }

  learn(member: number, weight: number): void {
    const share = weight * this.core[member]!;
    this.sumCore += share;
    this.sumSquare += share * this.square[member]!;
  }

  settle(): void {
    this.count++;
    const rate = Math.max(2 / (this.count + 4), 1 / MEMORY);
    const square = this.factor ** 2 + rate * (this.sumSquare - this.sumCore * this.factor ** 2);
    if (!this.search.isOver) {
      this.search.see(this.shown.residual, this.shown.variance);
      this.factor = this.search.sigma;
    } else this.factor = Math.max(Math.sqrt(Math.max(square, 0)), LEAST_SIGMA / this.unit);
    this.stray = 1 - this.sumCore;
    this.growth.note(this.stray);
    if (this.growth.isDue) this.grow();
    this.sumCore = 0;
    this.sumSquare = 0;
  }

  private weighCore(residual: number, variance: number, s2: number, least: number, out: Moments): number {
    const logCore = logDensity(residual / Math.sqrt(s2)) - 0.5 * Math.log(s2);
    const top = Math.max(logCore, least);
    const gain = variance / s2;
    out.add(Math.exp(logCore - top), gain * residual, variance * (1 - gain));
    return top;
  }

  private grow(): void {
    this.factor *= GROWTH;
    this.count = 0;
  }
}
