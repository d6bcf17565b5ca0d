import { indexOfGreatest } from './model-weights.js';

/** (s/s)²/s in (ns/s)²/s. */
export const NS2_PER_S2 = 1e18;
/** Hypotheses of wander, (ns/s)² per second: 1e-22 … 1e-14 (s/s)²/s, from a rubidium to a cheap crystal in a draught. */
export const DEFAULT_WANDERS: readonly number[] = [1e-4, 1e-3, 1e-2, 1e-1, 1, 1e1, 1e2, 1e3, 1e4, 1e6];
/** Greatest wander that lasts, (ns/s)² per second. A greater one stands for a frequency step. */
export const GREATEST_LASTING_WANDER = 1e4;
/** Further clocks share the lines of earlier ones. */
const MOST_LINES = 4;
/** The top moves if this much weight lies beyond it. */
const MOVING_WEIGHT = 0.5;

/**
 * The wander of each clock under each member of the bank. All combinations for all clocks would be too many, so each clock
 * has a line of members, along which its own wander runs over the hypotheses. A *grade* is an index of the hypotheses.
 *
 * Comparisons of two clocks show only the sum of their wanders, soon and well: in effect the greater one, the *top*. Which
 * clock has it, and how calm the other is, shows over hours in the observations of sources. So the lines cross at the top:
 * on the line of one clock the others have the top's wander, and every way to share it out stays possible. One member of the
 * second line, which would be a repetition, has all clocks one grade calmer and shows when the top is too high.
 */
export class WanderLines {
  readonly hypotheses: readonly number[];
  /** Greatest number of members that there can be. */
  readonly capacity: number;
  /** Grade of the most restless clock. */
  private top: number;
  /** Most likely grade of each clock. */
  private readonly centres: number[] = [];

  constructor(hypotheses: readonly number[]) {
    this.hypotheses = hypotheses;
    this.capacity = MOST_LINES * hypotheses.length;
    this.top = (hypotheses.length - 1) >> 1;
  }

  /** Number of members for the clocks so far. */
  get count(): number {
    return this.hypotheses.length * Math.min(Math.max(this.centres.length, 1), MOST_LINES);
  }

  addClock(): void {
    this.centres.push(this.top);
  }

  /** Returns the wander of a clock under a member, (ns/s)² per second. */
  wander(member: number, clock: number): number {
    return this.hypotheses[this.grade(member, clock)]!;
  }

  /** Returns the grade of a clock under a member. */
  grade(member: number, clock: number): number {
    if (member === this.calmerMember) return Math.max(this.top - 1, 0);
    const line = this.lineOf(member);
    if (line === clock % MOST_LINES) return member % this.hypotheses.length;
    return line === 0 || clock === 0 ? this.top : Math.min(this.centres[clock]!, this.top);
  }

  /** Returns how many of the clocks have another wander under one member than under the other. */
  distance(member: number, other: number, clocks: readonly number[]): number {
    let count = 0;
    for (const clock of clocks) if (this.grade(member, clock) !== this.grade(other, clock)) count++;
    return count;
  }

  /** Returns the line of a member, which is the first clock on it. */
  lineOf(member: number): number {
    return Math.floor(member / this.hypotheses.length);
  }

  /** Returns the weight of each hypothesis of a clock's wander. */
  wanderWeights(clock: number, weights: Float64Array): Float64Array {
    const sums = new Float64Array(this.hypotheses.length);
    for (let k = 0; k < weights.length; k++) {
      const grade = this.grade(k, clock);
      sums[grade] = sums[grade]! + weights[k]!;
    }
    return sums;
  }

  /**
   * Returns for each member how little it trusts what may have changed, 0..1: 0 up to the most likely wander of the clock, then
   * rising to 1 at the greatest hypothesis. `weights`: of the members.
   */
  doubts(clock: number, weights: Float64Array): Float64Array {
    const likeliest = indexOfGreatest(this.wanderWeights(clock, weights));
    const last = this.hypotheses.length - 1;
    return weights.map((_, k) => {
      const grade = this.grade(k, clock);
      return grade === last ? 1 : Math.max(0, (grade - likeliest) / (last - likeliest));
    });
  }

  /** With two clocks or more: moves the top by at most one grade to where the weight is, now and on average. Returns true if it moved. */
  moveTop(weights: Float64Array, average: Float64Array): boolean {
    const above = Math.min(this.weightAboveTop(weights), this.weightAboveTop(average));
    const calmer = Math.min(weights[this.calmerMember!]!, average[this.calmerMember!]!);
    const by = above > MOVING_WEIGHT ? 1 : calmer > MOVING_WEIGHT && this.top > 0 ? -1 : 0;
    this.top += by;
    return by !== 0;
  }

  /** Sets the most likely grade of a clock, which the lines of other clocks use, from the weights of its hypotheses. */
  setCentre(clock: number, wanderWeights: Float64Array): void {
    this.centres[clock] = Math.round(wanderWeights.reduce((sum, weight, grade) => sum + weight * grade, 0));
  }

  /** Returns the weight of the members under which a clock is more restless than the top. */
  private weightAboveTop(weights: Float64Array): number {
    const { calmerMember, hypotheses, top } = this;
    let above = 0;
    for (let k = 0; k < weights.length; k++)
      if (k !== calmerMember && k % hypotheses.length > top) above += weights[k]!;
    return above;
  }

  /** The member under which all clocks are one grade calmer than the top; undefined while there is only one line. */
  private get calmerMember(): number | undefined {
    return this.count > this.hypotheses.length ? this.hypotheses.length + this.top : undefined;
  }
}
