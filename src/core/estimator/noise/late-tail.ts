import type { MixtureMoments } from './noise.js';
import { OneSidedComponent } from './one-sided.js';

/** Fraction of all legs that are in the tail: at first, and its range. */
const FIRST_FRACTION = 0.01;
const LEAST_FRACTION = 0.002;
const GREATEST_FRACTION = 0.3;
/** Mean delay of the tail in sigmas of the ordinary noise: at first, and at least (less would be ordinary noise). */
const FIRST_DELAY_SIGMAS = 30;
const LEAST_DELAY_SIGMAS = 6;
/** Legs over which the fraction is averaged, and late legs over which their delay is. */
const AVERAGED_LEGS = 500;
const AVERAGED_LATE_LEGS = 50;

/** Legs that are much too late: a part of them waits in another queue. Their fraction and mean delay are learnt. */
export class LateTail extends OneSidedComponent {
  /** Fraction of all legs that are in the tail, 0..1. */
  fraction = FIRST_FRACTION;
  /** Probability that the last leg was in the tail, 0..1. */
  chance = 0;
  /** For each member: chance, and chance · delay, of the leg at hand. */
  private readonly records: Float64Array;
  /** Mean delay, ns, of the last `lateLegs` late legs. */
  private delayNs = 0;
  private lateLegs = 0;

  constructor(members: number) {
    super();
    this.records = new Float64Array(2 * members);
  }

  /** `sigma`: of the ordinary noise of the leg at hand, ns. */
  prepare(sigma: number): void {
    this.noiseVariance = sigma ** 2;
    this.scale = this.lateLegs === 0 ? FIRST_DELAY_SIGMAS * sigma : Math.max(this.delayNs, LEAST_DELAY_SIGMAS * sigma);
  }

  record(member: number, mixture: MixtureMoments): void {
    const chance = this.moments.share / mixture.share;
    this.records[2 * member] = chance;
    this.records[2 * member + 1] = chance * this.meanDelay;
  }

  learn(weights: Float64Array): void {
    let [chance, delay] = [0, 0];
    for (let k = 0; k < weights.length; k++) {
      chance += weights[k]! * this.records[2 * k]!;
      delay += weights[k]! * this.records[2 * k + 1]!;
    }
    this.chance = chance;
    this.fraction += (chance - this.fraction) / AVERAGED_LEGS;
    this.fraction = Math.min(Math.max(this.fraction, LEAST_FRACTION), GREATEST_FRACTION);
    if (chance > 0.5) this.learnDelay(delay / chance);
  }

  private learnDelay(delayNs: number): void {
    const before = this.lateLegs === 0 ? delayNs : this.delayNs;
    this.lateLegs = Math.min(this.lateLegs + 1, AVERAGED_LATE_LEGS);
    this.delayNs = before + (delayNs - before) / this.lateLegs;
  }
}
