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
    if (member === this.lead && !this.search.isOver)
      this.search.see(residual / this.unit, (variance + floor ** 2) / this.unit ** 2);
    const logCore = logDensity(residual / s) - Math.log(s);
    const logStray = logWild(residual, s);
    const top = Math.max(logCore, logStray);
    const gain = variance / s2;
    out.begin();
    out.add(Math.exp(logStray - top), 0, variance);
    out.add(Math.exp(logCore - top), gain * residual, variance * (1 - gain));
    this.core[member] = out.shareOf(Math.exp(logCore - top));
    this.square[member] = (((1 - gain) * residual) ** 2 + variance * (1 - gain) - floor ** 2) / this.unit ** 2;
    out.end(top);
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
    if (!this.search.isOver) this.factor = this.search.sigma;
    else this.factor = Math.max(Math.sqrt(Math.max(square, 0)), LEAST_SIGMA / this.unit);
    this.stray = 1 - this.sumCore;
    if (this.growth.isDue(this.stray)) this.grow();
    this.sumCore = 0;
    this.sumSquare = 0;
  }

  private grow(): void {
    this.factor *= GROWTH;
    this.count = 0;
  }
}
