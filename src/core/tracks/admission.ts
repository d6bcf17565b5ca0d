import type { Ns } from '../../api/index.js';

/** An admitted track is expelled when it disagrees in this many of its own updates in a row: an estimate is an average. */
const UPDATES_TO_EXPEL = 2;
/** Updates of probation after the first expulsion; each further one doubles them, since toggling costs accuracy. */
const PROBATION_UPDATES = 4;
const LONGEST_PROBATION_UPDATES = 64;
/** The estimator is told a new sigma when it has changed by this factor. */
const RENEWAL = 1.5;

/** The selection's result for one track at one moment. */
export interface AdmissionRuling {
  /** The track belongs to the majority. */
  readonly agrees: boolean;
  /** The majority is one independent source: it proves nothing about the others. */
  readonly alone: boolean;
}

/** Hysteresis of one track's admission: a change takes several of the track's own updates. */
export class TrackAdmission {
  #sigmaNs: Ns | undefined;
  /** Own updates in a row that disagree with the present admission. */
  #streak = 0;
  #ruledUpdates = 0;
  #expulsions = 0;
  #wasOutvoted = false;
  #rejection: string | undefined;

  /** Standard deviation of the bias that the estimator has been told, ns; undefined: not admitted. */
  get sigmaNs(): Ns | undefined {
    return this.#sigmaNs;
  }

  get isAdmitted(): boolean {
    return this.#sigmaNs !== undefined;
  }

  /** True when the last majority of several independent sources was against the track. */
  get wasOutvoted(): boolean {
    return this.#wasOutvoted;
  }

  /** Why the last judgement rejected the track; undefined if it did not. Restarts keep it: they prove nothing. */
  get rejection(): string | undefined {
    return this.#rejection;
  }

  /** Records the result of a judgement. `rejection`: see the property. */
  noteJudgement(rejection: string | undefined): void {
    this.#rejection = rejection;
  }

  /** Records what the estimator has been told. `ClockEnsemble` alone calls it. */
  record(sigmaNs: Ns | undefined): void {
    this.#sigmaNs = sigmaNs;
  }

  /** Returns true when the estimator must be told to admit with `sigmaNs`, or to withdraw (undefined). */
  differsFrom(sigmaNs: Ns | undefined): boolean {
    const before = this.#sigmaNs;
    if (before === undefined || sigmaNs === undefined) return before !== sigmaNs;
    return sigmaNs >= before * RENEWAL || sigmaNs <= before / RENEWAL;
  }

  /** Returns true when the track is to be admitted. `updates`: the track's own, so that each one counts once. */
  rule(ruling: AdmissionRuling, updates: number): boolean {
    const { agrees, alone } = ruling;
    const isNewUpdate = updates !== this.#ruledUpdates;
    this.#ruledUpdates = updates;
    if (!alone) this.#wasOutvoted = !agrees;
    if (agrees === this.isAdmitted) this.#streak = 0;
    else if (isNewUpdate) this.#streak++;
    const changes = agrees !== this.isAdmitted && this.#streak >= this.#updatesToChange(ruling);
    const admits = changes ? agrees : this.isAdmitted;
    if (changes) this.#streak = 0;
    if (changes && !agrees) this.#expulsions++;
    else if (!admits) this.#expulsions = Math.max(this.#expulsions, 1);
    return admits;
  }

  describeProbation(ruling: AdmissionRuling): string {
    const progress = `it has agreed in ${this.#streak} of ${this.#updatesToChange(ruling)} observations`;
    return `is on probation after it disagreed: ${progress}`;
  }

  /** Makes the next probation longer. */
  countExpulsion(): void {
    this.#expulsions++;
  }

  /** To be called when the updates of the track are counted from zero again. */
  restart(): void {
    this.#ruledUpdates = 0;
  }

  forgetStreak(): void {
    this.#streak = 0;
  }

  #updatesToChange({ alone }: AdmissionRuling): number {
    if (this.isAdmitted) return UPDATES_TO_EXPEL;
    // A source that was outvoted is not followed alone before long.
    if (this.#wasOutvoted && alone) return LONGEST_PROBATION_UPDATES;
    if (this.#expulsions === 0) return 0;
    return Math.min(PROBATION_UPDATES * 2 ** (this.#expulsions - 1), LONGEST_PROBATION_UPDATES);
  }
}
