import type { MixtureMoments } from './noise.js';
import { OneSidedComponent } from './one-sided.js';

const FIRST_FRACTION = 0.01;
const FIRST_DELAY_SIGMAS = 30;
const LEAST_FRACTION = 0.002;
const GREATEST_FRACTION = 0.3;
/** In sigmas of the core: nearer than this it would be the core itself. */
const LEAST_DELAY_SIGMAS = 6;
/** Legs over which the share is averaged, and late legs over which their lateness is. */
const AVERAGED_LEGS = 500;
const AVERAGED_LATE_LEGS = 50;

/** Legs that are much too late: some share of them waits in another queue. Share and lateness are learnt. */
export class LateTail extends OneSidedComponent {
  /** How many of all legs. */
  fraction = FIRST_FRACTION;
  /** How likely the last leg was one of them. */
  chance = 0;
  private readonly records: Float64Array;
  private lateNs = Number.NaN;
  private count = 0;

  constructor(members: number) {
    super();
    this.records = new Float64Array(2 * members);
  }

  /** `sigma`: of the core, for the leg at hand. */
  prepare(sigma: number): void {
    this.noiseVariance = sigma ** 2;
    this.scale = Number.isNaN(this.lateNs)
      ? FIRST_DELAY_SIGMAS * sigma
      : Math.max(this.lateNs, LEAST_DELAY_SIGMAS * sigma);
  }

  record(member: number, mixture: MixtureMoments): void {
    const chance = this.share / mixture.share;
    this.records[2 * member] = chance;
    this.records[2 * member + 1] = chance * this.meanDelay;
  }

  learn(weights: Float64Array): void {
    let [late, lateness] = [0, 0];
    for (let k = 0; k < weights.length; k++) {
      late += weights[k]! * this.records[2 * k]!;
      lateness += weights[k]! * this.records[2 * k + 1]!;
    }
    this.chance = late;
    this.fraction += (late - this.fraction) / AVERAGED_LEGS;
    this.fraction = Math.min(Math.max(this.fraction, LEAST_FRACTION), GREATEST_FRACTION);
    if (late > 0.5) this.learnDelay(lateness / late);
  }

  private learnDelay(lateNs: number): void {
    const before = Number.isNaN(this.lateNs) ? lateNs : this.lateNs;
    this.count = Math.min(this.count + 1, AVERAGED_LATE_LEGS);
    this.lateNs = before + (lateNs - before) / this.count;
  }
}
