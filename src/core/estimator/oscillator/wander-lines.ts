/** Hypotheses of wander, (ns/s)² per second: 1e-22 … 1e-14 (s/s)²/s, from a rubidium to a cheap crystal in a draught. */
export const DEFAULT_WANDERS: readonly number[] = [1e-4, 1e-3, 1e-2, 1e-1, 1, 1e1, 1e2, 1e3, 1e4];
/** Clocks beyond these share the line of an earlier one. */
const MOST_LINES = 4;
/** The top moves when what lies beyond it has counted for so much. */
const MOVING_WEIGHT = 0.5;

/**
 * Which wanders the members of the bank stand for. All combinations for all clocks would be too many, so each clock has a
 * line of members along which its own wander runs over the hypotheses. Comparisons of two clocks tell of the sum of their
 * wanders alone, soon and well: of the greater one, the top. Which clock has it, and how calm the other is, only shows over
 * hours in what the sources say. So the lines cross at the top: on each clock's line the other clocks are as restless as the
 * top, and every way to share it out stays in play. One member of the second line, else a repetition, has all clocks one
 * grade calmer and says when the top is too high.
 */
export class WanderLines {
  readonly hypotheses: readonly number[];
  /** The most members there can be. */
  readonly capacity: number;
  /** The grade, an index of hypotheses, of the most restless clock. */
  private top: number;
  /** Most likely grade of each clock. */
  private readonly centres: number[] = [];

  constructor(hypotheses: readonly number[]) {
    this.hypotheses = hypotheses;
    this.capacity = MOST_LINES * hypotheses.length;
    this.top = hypotheses.length >> 1;
  }

  /** Members that the lines of all clocks have. */
  get count(): number {
    return this.hypotheses.length * Math.min(Math.max(this.centres.length, 1), MOST_LINES);
  }

  addClock(): void {
    this.centres.push(this.top);
  }

  /** The wander of the clock under a member, (ns/s)² per second. */
  wander(member: number, clock: number): number {
    return this.hypotheses[this.grade(member, clock)]!;
  }

  /** The same as an index of the hypotheses. */
  grade(member: number, clock: number): number {
    if (member === this.calmerMember) return Math.max(this.top - 1, 0);
    const line = this.lineOf(member);
    if (line === clock % MOST_LINES) return member % this.hypotheses.length;
    return line === 0 || clock === 0 ? this.top : Math.min(this.centres[clock]!, this.top);
  }

  /** How many of the clocks are of another wander under one member than under another. */
  distance(member: number, other: number, clocks: readonly number[]): number {
    return clocks.reduce((sum, clock) => sum + Number(this.grade(member, clock) !== this.grade(other, clock)), 0);
  }

  /** The clock, or the first of them, whose wander distinguishes a member from its neighbours. */
  lineOf(member: number): number {
    return Math.floor(member / this.hypotheses.length);
  }

  /** How much each hypothesis of a clock's wander counts. */
  wanderWeights(clock: number, weights: Float64Array): Float64Array {
    const marginal = new Float64Array(this.hypotheses.length);
    for (const [k, weight] of weights.entries()) {
      const grade = this.grade(k, clock);
      marginal[grade] = marginal[grade]! + weight;
    }
    return marginal;
  }

  /** Moves the top by one grade at most to where the members that count are, now and as a rule; true when it has moved. */
  moveTop(weights: Float64Array, usual: Float64Array): boolean {
    const above = Math.min(this.weightAboveTop(weights), this.weightAboveTop(usual));
    const calmer = Math.min(weights[this.calmerMember]!, usual[this.calmerMember]!);
    const by = above > MOVING_WEIGHT ? 1 : calmer > MOVING_WEIGHT && this.top > 0 ? -1 : 0;
    this.top += by;
    return by !== 0;
  }

  /** Whether a member has a clock that is more restless than the top. */
  isAboveTop(member: number): boolean {
    return member !== this.calmerMember && member % this.hypotheses.length > this.top;
  }

  /** Each clock's most likely grade, for the lines of third ones; `marginal`: of that clock. */
  setCentre(clock: number, marginal: Float64Array): void {
    this.centres[clock] = Math.round(marginal.reduce((sum, weight, grade) => sum + weight * grade, 0));
  }

  private weightAboveTop(weights: Float64Array): number {
    let above = 0;
    for (let k = 0; k < weights.length; k++) if (this.isAboveTop(k)) above += weights[k]!;
    return above;
  }

  /** The member that has all clocks calmer than the top. */
  private get calmerMember(): number {
    return this.count > this.hypotheses.length ? this.hypotheses.length + this.top : -1;
  }
}
