import type { Instant, Ns } from '../../../api/index.js';
import { NOISE_SIGMAS } from '../noise/noise.js';
import type { ObservationDirection } from './outlier-history.js';

/** Use the observation; hold it back while a jump is suspected; restart the phase with it, since the time has jumped. */
export type JumpVerdict = 'use' | 'hold' | 'jumped';

/** Smaller jumps are left to the filter's update. */
const LEAST_JUMP_NS = 2e3;
/** Greatest rate error of a clock that is still of use, s/s: that of the fastest slewing. */
const FASTEST_DRIFT = 5e-5;
/** Agreeing observations that show a jump. */
const AGREEING_TO_JUMP = 3;
const DIRECTION_BITS: Readonly<Record<ObservationDirection, number>> = { inbound: 1, outbound: 2, phase: 3 };
const BOTH_DIRECTIONS = 3;

/**
 * Detects that the time of a track's source has jumped: it was set, or has only just found the time. A queue delays one
 * direction and lets the next message through; a longer route delays one direction for good; a jump shows in both
 * directions, alike, and stays. No oscillator leaves its course by as much in as short a time.
 */
export class JumpDetector {
  /** Contradiction between the last observations and the phase; zero while there is none. */
  suspectNs: Ns = 0;
  /** Jumps of this track so far. */
  jumpCount = 0;
  /** Size of the last jump; undefined before the first, and from an announced one to the next observation. */
  lastJumpNs: Ns | undefined = undefined;
  /** The source has announced a jump, and the phase has not restarted yet. */
  isPending = false;
  private count = 0;
  private directions = 0;
  private meanNs: Ns = 0;
  /** A deviation that one direction alone kept to: a change of the path, not of the time. */
  private rejectedNs: Ns | undefined = undefined;
  private rejectedDirections = 0;
  private consistentAt: Instant;
  private now: Instant;
  /** Greatest drift of the clock since `consistentAt`. */
  private clockDriftNs: Ns = LEAST_JUMP_NS;

  constructor(at: Instant) {
    this.now = at;
    this.consistentAt = at;
  }

  /** Sets the instant of the observation that is checked next. */
  setTime(at: Instant): void {
    this.now = at;
    const sinceNs = at === this.consistentAt ? 0 : Math.abs(Number(at - this.consistentAt));
    this.clockDriftNs = LEAST_JUMP_NS + FASTEST_DRIFT * sinceNs;
  }

  /** Returns the deviation that clock and noise explain. `sigmaNs`: of observation − prediction. */
  toleranceNs(sigmaNs: Ns): Ns {
    return this.clockDriftNs + NOISE_SIGMAS * sigmaNs;
  }

  /** Returns true if a deviation within the tolerance agrees with the suspected jump all the same. */
  continuesSuspicion(shiftNs: Ns, toleranceNs: Ns): boolean {
    const { count, meanNs } = this;
    return count > 0 && shiftNs / meanNs > 0.5 && Math.abs(shiftNs - meanNs) <= toleranceNs / 2;
  }

  /** Adds an observation that contradicts nothing. */
  addConsistent(direction: ObservationDirection): void {
    if (this.count > 0) this.rejectSuspicion();
    if (this.rejectedDirections & DIRECTION_BITS[direction]) this.rejectedNs = undefined;
    this.consistentAt = this.now;
  }

  /**
   * Adds an observation by which the phase is off by `shiftNs`. Deviations agree within half of `toleranceNs`.
   * `isUnexplained`: no noise explains even a single one.
   */
  addDeviation(direction: ObservationDirection, shiftNs: Ns, toleranceNs: Ns, isUnexplained: boolean): JumpVerdict {
    const agrees = (otherNs: Ns): boolean => Math.abs(shiftNs - otherNs) <= toleranceNs / 2;
    if (this.rejectedNs !== undefined && agrees(this.rejectedNs)) return 'use';
    if (this.count === 0 || !agrees(this.meanNs)) this.clearSuspicion();
    this.count++;
    this.directions |= DIRECTION_BITS[direction];
    this.meanNs += (shiftNs - this.meanNs) / this.count;
    if (this.count >= AGREEING_TO_JUMP && this.directions === BOTH_DIRECTIONS) return 'jumped';
    this.suspectNs = isUnexplained || this.count > 1 ? Math.abs(this.meanNs) + toleranceNs / 2 : 0;
    return this.count > 1 ? 'hold' : 'use';
  }

  /** The source says that its time has jumped; the next observation shows by how much. */
  announce(): void {
    this.isPending = true;
    this.jumpCount++;
    this.lastJumpNs = undefined;
  }

  /** The phase was restarted at `at`, `jumpNs` from where it was. */
  complete(at: Instant, jumpNs: Ns): void {
    if (!this.isPending) this.jumpCount++;
    this.lastJumpNs = jumpNs;
    this.reset(at);
  }

  reset(at: Instant): void {
    this.clearSuspicion();
    this.isPending = false;
    this.rejectedNs = undefined;
    this.consistentAt = at;
  }

  private rejectSuspicion(): void {
    this.rejectedNs = this.meanNs;
    this.rejectedDirections = this.directions;
    this.clearSuspicion();
  }

  private clearSuspicion(): void {
    this.count = this.directions = this.meanNs = this.suspectNs = 0;
  }
}
