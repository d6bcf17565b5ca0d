import { LateLeg } from './late-leg.js';

const FIRST_SHARE = 0.01;
const FIRST_WIDTH = 30;
const LEAST_SHARE = 0.002;
const GREATEST_SHARE = 0.3;
/** In sigmas of the core: nearer than this it would be the core itself. */
const LEAST_WIDTH = 6;
/** Legs over which the share is averaged, and late legs over which their lateness is. */
const MEMORY = 500;
const LATE_MEMORY = 50;

/** Legs that are much too late: some share of them waits in another queue. Share and lateness are learnt. */
export class Tail extends LateLeg {
  share = FIRST_SHARE;
  private readonly seen: Float64Array;
  private lateNs = Number.NaN;
  private count = 0;
  private sum = 0;
  private sumLate = 0;

  constructor(members: number) {
    super();
    this.seen = new Float64Array(2 * members);
  }

  weigh(residual: number, variance: number, sigma: number): void {
    const width = Number.isNaN(this.lateNs) ? FIRST_WIDTH * sigma : Math.max(this.lateNs, LEAST_WIDTH * sigma);
    this.see(residual, variance, sigma ** 2, width);
  }

  note(member: number, chance: number): void {
    this.seen[2 * member] = chance;
    this.seen[2 * member + 1] = chance * this.lateness;
  }

  learn(member: number, weight: number): void {
    this.sum += weight * this.seen[2 * member]!;
    this.sumLate += weight * this.seen[2 * member + 1]!;
  }

  /** Returns how likely the leg was one of them. */
  settle(): number {
    const late = this.sum;
    this.share += (this.sum - this.share) / MEMORY;
    this.share = Math.min(Math.max(this.share, LEAST_SHARE), GREATEST_SHARE);
    if (this.sum > 0.5) this.settleLate();
    this.sum = 0;
    this.sumLate = 0;
    return late;
  }

  private settleLate(): void {
    const before = Number.isNaN(this.lateNs) ? this.sumLate / this.sum : this.lateNs;
    this.count = Math.min(this.count + 1, LATE_MEMORY);
    this.lateNs = before + (this.sumLate / this.sum - before) / this.count;
  }
}
