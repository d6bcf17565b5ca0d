import { GROWTH, Growth } from './growth.js';
import { Component, type Moments, type Noise, type Prediction, Wild } from './noise.js';
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
  stray = 0;
  private lead = 0;
  private floorSquare = 0;
  private factor = 1;
  private readonly search = new ScaleSearch(1);
  private readonly growth = new Growth();
  private count = 0;
  /** Of the observation at hand, for each member: chance that it is of this noise, and E[g²] then. */
  private readonly core: Float64Array;
  private readonly square: Float64Array;
  private readonly known = new Component();
  private readonly wild = new Wild();
  /** To the leading member, in `unit`. */
  private shown = { residual: 0, variance: 0 };

  constructor(members: number) {
    this.core = new Float64Array(members);
    this.square = new Float64Array(members);
  }

  get sigma(): number {
    return this.factor * this.unit;
  }

  expect(floor: number, lead: number): void {
    this.lead = lead;
    this.floorSquare = floor ** 2;
  }

  weigh(prediction: Prediction, member: number, out: Moments): void {
    const { residual, variance } = prediction;
    const { floorSquare, wild } = this;
    const s2 = variance + this.sigma ** 2 + floorSquare;
    wild.expected = s2;
    wild.weigh(prediction);
    out.begin();
    out.logUnit = wild.logLikelihood;
    if (this.search.isOver) this.weighCore(prediction, out);
    else this.search.mix(prediction, floorSquare, this.unit, out);
    wild.share = Math.exp(wild.logLikelihood - out.logUnit);
    out.add(wild);
    this.core[member] = 1 - wild.share / out.share;
    const gain = variance / s2;
    this.square[member] = (((1 - gain) * residual) ** 2 + variance * (1 - gain) - floorSquare) / this.unit ** 2;
    out.end();
    if (member === this.lead && !this.search.isOver)
      this.shown = { residual: residual / this.unit, variance: (variance + floorSquare) / this.unit ** 2 };
  }

  settle(weights: Float64Array): void {
    this.count++;
    let [core, sum] = [0, 0];
    for (let k = 0; k < weights.length; k++) {
      const share = weights[k]! * this.core[k]!;
      core += share;
      sum += share * this.square[k]!;
    }
    const rate = Math.max(2 / (this.count + 4), 1 / MEMORY);
    const square = this.factor ** 2 + rate * (sum - core * this.factor ** 2);
    if (!this.search.isOver) {
      this.search.see(this.shown);
      this.factor = this.search.sigma;
    } else this.factor = Math.max(Math.sqrt(Math.max(square, 0)), LEAST_SIGMA / this.unit);
    this.stray = 1 - core;
    this.growth.note(this.stray);
    if (this.growth.isDue) this.grow();
  }

  private weighCore({ residual, variance }: Prediction, out: Moments): void {
    const { known } = this;
    const s2 = this.wild.expected;
    const logCore = logDensity(residual / Math.sqrt(s2)) - 0.5 * Math.log(s2);
    out.logUnit = Math.max(logCore, out.logUnit);
    const gain = variance / s2;
    known.share = Math.exp(logCore - out.logUnit);
    known.shift = gain * residual;
    known.variance = variance * (1 - gain);
    out.add(known);
  }

  private grow(): void {
    this.factor *= GROWTH;
    this.count = 0;
  }
}
