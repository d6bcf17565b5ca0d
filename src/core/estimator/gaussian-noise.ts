import type { Moments, Noise } from './noise.js';

/** Share and width of the outliers: a hit that comes from nowhere must not be explained by the scale. */
const OUTLIER_SHARE = 0.01;
const OUTLIER_WIDTH = 100;
/** Observations over which the scale is averaged in the long run. */
const MEMORY = 100;

/** Two-sided noise of unknown scale with rare outliers; the scale is learnt by EM from the hits that are none. */
export class GaussianNoise implements Noise {
  readonly mean = 0;
  lead = 0;
  private scale: number;
  private count = 0;
  /** Of the observation at hand, per member: share of the core, second moment of the noise given the core. */
  private readonly core: Float64Array;
  private readonly square: Float64Array;
  private sumCore = 0;
  private sumSquare = 0;

  constructor(scale: number, members: number) {
    this.scale = scale;
    this.core = new Float64Array(members);
    this.square = new Float64Array(members);
  }

  get sigma(): number {
    return this.scale;
  }

  weigh(residual: number, variance: number, floor: number, member: number, out: Moments): void {
    const narrow = this.scale ** 2 + floor ** 2;
    const wide = (OUTLIER_WIDTH * this.scale) ** 2 + floor ** 2 + variance;
    const s = variance + narrow;
    const logCore = Math.log1p(-OUTLIER_SHARE) - 0.5 * (Math.log(s) + residual ** 2 / s);
    const logWide = Math.log(OUTLIER_SHARE) - 0.5 * (Math.log(wide + variance) + residual ** 2 / (wide + variance));
    const top = Math.max(logCore, logWide);
    const eCore = Math.exp(logCore - top);
    const eWide = Math.exp(logWide - top);
    const core = eCore / (eCore + eWide);
    const gain = variance / s;
    const gainWide = variance / (variance + wide);
    out.begin();
    out.add(eCore, gain * residual, variance * (1 - gain));
    out.add(eWide, gainWide * residual, variance * (1 - gainWide));
    out.end(top);
    this.core[member] = core;
    this.square[member] = ((1 - gain) * residual) ** 2 + variance * (1 - gain) - floor ** 2;
  }

  learn(member: number, weight: number): void {
    const share = weight * this.core[member]!;
    this.sumCore += share;
    this.sumSquare += share * this.square[member]!;
  }

  settle(): void {
    this.count++;
    const rate = Math.max(2 / (this.count + 4), 1 / MEMORY) * this.sumCore;
    if (this.sumCore > 0) {
      const square = Math.max(this.sumSquare / this.sumCore, 0);
      this.scale = Math.sqrt(Math.max((1 - rate) * this.scale ** 2 + rate * square, 1e-6));
    }
    this.sumCore = 0;
    this.sumSquare = 0;
  }
}
