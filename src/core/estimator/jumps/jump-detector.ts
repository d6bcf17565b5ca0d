import type { Instant, Ns } from '../../../api/index.js';
import { NOISE_SIGMAS } from '../noise/noise.js';
import type { ObservationDirection } from './outlier-count.js';

/** What an observation is in the light of those before it. */
export type JumpVerdict = 'plain' | 'held' | 'jumped';

/** Below this the estimate finds its own way. */
const LEAST_JUMP_NS = 2e3;
/** No clock that is still of use runs away faster than the fastest slewing. */
const FASTEST_DRIFT = 5e-5;
/** So many that agree are no chance. */
const AGREEING_TO_JUMP = 3;
const DIRECTION_BITS: Readonly<Record<ObservationDirection, number>> = { inbound: 1, outbound: 2, phase: 3 };
const BOTH_DIRECTIONS = 3;

/**
 * Sees that the time of a source has jumped: it was set, or has only just found the time. A queue delays one direction and
 * lets the next message through, a longer route delays one direction for good; a jump shows in both, alike, and stays. No
 * oscillator leaves its course by as much in as short a time, so that the clock is above suspicion.
 */
export class JumpDetector {
  /** By how much the last observations contradict the phase; zero while they do not. */
  suspectNs: Ns = 0;
  private count = 0;
  private directions = 0;
  private meanNs: Ns = 0;
  /** What one direction alone shows, for good. */
  private rejectedNs = Number.NaN;
  private rejectedDirections = 0;
  private consistentAt: Instant;
  private now: Instant;
  /** What the clock may have done since it was calm. */
  private clockDriftNs = Number.NaN;

  constructor(at: Instant) {
    this.now = at;
    this.consistentAt = at;
  }

  /** An observation of this moment. */
  setTime(at: Instant): void {
    this.now = at;
    this.clockDriftNs = LEAST_JUMP_NS + FASTEST_DRIFT * Math.abs(Number(at - this.consistentAt));
  }

  /** How far off clock and noise may make it; `sigmaNs`: of its difference from the prediction. */
  toleranceNs(sigmaNs: Ns): Ns {
    return this.clockDriftNs + NOISE_SIGMAS * sigmaNs;
  }

  /** Whether what is within reach goes with those before it all the same. */
  continuesSuspicion(shiftNs: Ns, reachNs: Ns): boolean {
    const { count, meanNs } = this;
    return count > 0 && shiftNs / meanNs > 0.5 && Math.abs(shiftNs - meanNs) <= reachNs / 2;
  }

  /** It contradicts nothing. */
  addConsistent(way: ObservationDirection): void {
    if (this.count > 0) this.rejectSuspicion();
    if (this.rejectedDirections & DIRECTION_BITS[way]) this.rejectedNs = Number.NaN;
    this.consistentAt = this.now;
  }

  /** It says that the phase is off by `shiftNs`; what agrees does so within half of `reachNs`. `early`: no noise explains it. */
  addDeviation(way: ObservationDirection, shiftNs: Ns, reachNs: Ns, early: boolean): JumpVerdict {
    const agrees = (otherNs: Ns): boolean => Math.abs(shiftNs - otherNs) <= reachNs / 2;
    if (agrees(this.rejectedNs)) return 'plain';
    if (this.count === 0 || !agrees(this.meanNs)) this.clearSuspicion();
    this.count++;
    this.directions |= DIRECTION_BITS[way];
    this.meanNs += (shiftNs - this.meanNs) / this.count;
    if (this.count >= AGREEING_TO_JUMP && this.directions === BOTH_DIRECTIONS) return 'jumped';
    this.suspectNs = early || this.count > 1 ? Math.abs(this.meanNs) + reachNs / 2 : 0;
    return this.count > 1 ? 'held' : 'plain';
  }

  reset(at: Instant): void {
    this.clearSuspicion();
    this.rejectedNs = Number.NaN;
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
