import type { MixtureMoments } from './noise.js';
import { OneSidedComponent } from './one-sided.js';

const FIRST_PART = 0.01;
const FIRST_WIDTH = 30;
const LEAST_PART = 0.002;
const GREATEST_PART = 0.3;
/** In sigmas of the core: nearer than this it would be the core itself. */
const LEAST_WIDTH = 6;
/** Legs over which the share is averaged, and late legs over which their lateness is. */
const MEMORY = 500;
const LATE_MEMORY = 50;

/** Legs that are much too late: some share of them waits in another queue. Share and lateness are learnt. */
export class LateTail extends OneSidedComponent {
  /** How many of all legs. */
  part = FIRST_PART;
  /** How likely the last leg was one of them. */
  late = 0;
  private readonly seen: Float64Array;
  private lateNs = Number.NaN;
  private count = 0;

  constructor(members: number) {
    super();
    this.seen = new Float64Array(2 * members);
  }

  /** `sigma`: of the core, for the leg at hand. */
  expect(sigma: number): void {
    this.noise = sigma ** 2;
    this.scale = Number.isNaN(this.lateNs) ? FIRST_WIDTH * sigma : Math.max(this.lateNs, LEAST_WIDTH * sigma);
  }

  note(member: number, mixture: MixtureMoments): void {
    const chance = this.share / mixture.share;
    this.seen[2 * member] = chance;
    this.seen[2 * member + 1] = chance * this.lateness;
  }

  settle(weights: Float64Array): void {
    let [late, lateness] = [0, 0];
    for (let k = 0; k < weights.length; k++) {
      late += weights[k]! * this.seen[2 * k]!;
      lateness += weights[k]! * this.seen[2 * k + 1]!;
    }
    this.late = late;
    this.part += (late - this.part) / MEMORY;
    this.part = Math.min(Math.max(this.part, LEAST_PART), GREATEST_PART);
    if (late > 0.5) this.settleLate(lateness / late);
  }

  private settleLate(lateNs: number): void {
    const before = Number.isNaN(this.lateNs) ? lateNs : this.lateNs;
    this.count = Math.min(this.count + 1, LATE_MEMORY);
    this.lateNs = before + (lateNs - before) / this.count;
  }
}
