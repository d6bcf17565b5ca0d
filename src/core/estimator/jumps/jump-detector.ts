import type { Instant, Ns } from '../../../api/index.js';
import { NOISE_SIGMAS } from '../noise/noise.js';
import type { ObservationDirection } from './outlier-count.js';

/** What an observation is in the light of those before it. */
export type JumpVerdict = 'plain' | 'held' | 'jumped';

/** Below this the estimate finds its own way. */
const LEAST_JUMP_NS = 2e3;
/** No clock that is still of use runs away faster than the fastest slewing. */
const FASTEST = 5e-5;
/** So many that agree are no chance. */
const ENOUGH = 3;
const WAYS: Readonly<Record<ObservationDirection, number>> = { inbound: 1, outbound: 2, phase: 3 };
const BOTH = 3;

/**
 * Sees that the time of a source has jumped: it was set, or has only just found the time. A queue delays one direction and
 * lets the next message through, a longer route delays one direction for good; a jump shows in both, alike, and stays. No
 * oscillator leaves its course by as much in as short a time, so that the clock is above suspicion.
 */
export class JumpDetector {
  /** By how much the last observations contradict the phase; zero while they do not. */
  suspectNs: Ns = 0;
  private count = 0;
  private ways = 0;
  private meanNs: Ns = 0;
  /** What one direction alone shows, for good. */
  private refutedNs = Number.NaN;
  private refutedWays = 0;
  private calmAt: Instant;
  private at: Instant;
  /** What the clock may have done since it was calm. */
  private clockNs = Number.NaN;

  constructor(at: Instant) {
    this.at = at;
    this.calmAt = at;
  }

  /** An observation of this moment. */
  expect(at: Instant): void {
    this.at = at;
    this.clockNs = LEAST_JUMP_NS + FASTEST * Math.abs(Number(at - this.calmAt));
  }

  /** How far off clock and noise may make it; `sigmaNs`: of its difference from the prediction. */
  reachNs(sigmaNs: Ns): Ns {
    return this.clockNs + NOISE_SIGMAS * sigmaNs;
  }

  /** Whether what is within reach goes with those before it all the same. */
  goesOn(shiftNs: Ns, reachNs: Ns): boolean {
    const { count, meanNs } = this;
    return count > 0 && shiftNs / meanNs > 0.5 && Math.abs(shiftNs - meanNs) <= reachNs / 2;
  }

  /** It contradicts nothing. */
  calm(way: ObservationDirection): void {
    if (this.count > 0) this.refute();
    if (this.refutedWays & WAYS[way]) this.refutedNs = Number.NaN;
    this.calmAt = this.at;
  }

  /** It says that the phase is off by `shiftNs`; what agrees does so within half of `reachNs`. `early`: no noise explains it. */
  take(way: ObservationDirection, shiftNs: Ns, reachNs: Ns, early: boolean): JumpVerdict {
    const agrees = (otherNs: Ns): boolean => Math.abs(shiftNs - otherNs) <= reachNs / 2;
    if (agrees(this.refutedNs)) return 'plain';
    if (this.count === 0 || !agrees(this.meanNs)) this.forget();
    this.count++;
    this.ways |= WAYS[way];
    this.meanNs += (shiftNs - this.meanNs) / this.count;
    if (this.count >= ENOUGH && this.ways === BOTH) return 'jumped';
    this.suspectNs = early || this.count > 1 ? Math.abs(this.meanNs) + reachNs / 2 : 0;
    return this.count > 1 ? 'held' : 'plain';
  }

  begin(at: Instant): void {
    this.forget();
    this.refutedNs = Number.NaN;
    this.calmAt = at;
  }

  private refute(): void {
    this.refutedNs = this.meanNs;
    this.refutedWays = this.ways;
    this.forget();
  }

  private forget(): void {
    this.count = this.ways = this.meanNs = this.suspectNs = 0;
  }
}
