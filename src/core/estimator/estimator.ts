import type { ClockId, Instant, Ns, Observation } from '../../api/index.js';
import { ObservationUpdate } from './observation-update.js';
import { restoreOscillator, saveOscillator, savePath } from './saved-state.js';
import { JointState } from './state/joint-state.js';
import { createTrack, isAdmitted, noiseOf, type TrackFilter } from './track-filter.js';
import type { ClockEstimate, Estimator, Innovation, SavedOscillator, SavedPath, TrackEstimate } from './types.js';

export interface EstimatorOptions {
  /** Hypotheses of wander, (s/s)²/s. Default: nine from 1e-22 to 1e-14. */
  readonly wanders?: readonly number[];
}

export const createEstimator = (options: EstimatorOptions = {}): Estimator => new JointEstimator(options);

/** (s/s)²/s in (ns/s)²/s. */
const NS2_PER_S2 = 1e18;
/** Nothing is nearer to its reference than this. */
const LEAST_BIAS_SIGMA_NS = 1e-3;
/** A jump of which nothing is known may be this great: thirty years. */
const ANY_JUMP_NS = 1e18;

/**
 * One joint filter over all clocks and tracks. What is followed is not θ and a bias for each track but their sum
 * y = θ + a, the offset as each track has it: that is all that data can show. Every y of a clock runs on with the clock's
 * one slope and its one process noise, so that the tracks' differences (their biases) are learnt as sharply as the
 * oscillator allows. θ comes last, from the y of the admitted tracks and what was asserted of their a: see `Combination`.
 *
 * After the conditional view of Bierman (1977), the truncated normal of one-sided queueing noise, and multiple-model
 * estimation (Magill 1965) over the oscillator's wander.
 */
class JointEstimator implements Estimator {
  private readonly state: JointState;
  private readonly observationUpdate: ObservationUpdate;
  private readonly tracksByKey = new Map<string, TrackFilter>();
  /** Of tracks that have not spoken yet. */
  private readonly savedPaths = new Map<string, SavedPath>();

  constructor({ wanders }: EstimatorOptions) {
    this.state = new JointState(wanders?.map((wander) => wander * NS2_PER_S2));
    this.observationUpdate = new ObservationUpdate(this.state);
  }

  addClock(clock: ClockId, monotonic: Instant): void {
    if (this.state.layout.clocks.includes(clock)) return;
    this.state.advance(monotonic);
    this.state.addClock(clock);
  }

  advance(monotonic: Instant): void {
    this.state.advance(monotonic);
  }

  observe(key: string, observation: Observation): Innovation {
    this.state.requireClock(observation.clock);
    this.state.advance(observation.monotonic);
    return this.observationUpdate.process(this.tracksByKey.get(key) ?? this.addTrack(key, observation), observation);
  }

  admit(key: string, biasSigmaNs: Ns): void {
    const track = this.tracksByKey.get(key);
    if (track !== undefined) this.state.setBiasSigma(track, Math.max(biasSigmaNs, LEAST_BIAS_SIGMA_NS));
  }

  withdraw(key: string): void {
    const track = this.tracksByKey.get(key);
    if (track !== undefined) this.state.setBiasSigma(track, Number.NaN);
  }

  removeTrack(key: string): void {
    const track = this.tracksByKey.get(key);
    if (track === undefined) return;
    this.tracksByKey.delete(key);
    this.state.removeVariables(track);
    const { tracks } = this.state.layout;
    tracks.splice(tracks.indexOf(track), 1);
  }

  discontinuity(key: string, jumpNs = ANY_JUMP_NS): void {
    const track = this.tracksByKey.get(key);
    if (track === undefined || track.phase < 0) return;
    // Of a path that was heard in one direction only nothing is known.
    if (track.legNoise !== undefined && track.delay < 0) track.restartPending = true;
    track.jumpPending = true;
    track.jumpCount++;
    track.jumpNs = Number.NaN;
    this.state.widenPhase(track, jumpNs);
    this.state.doubtReferenceRate(track);
  }

  controlFrequency(clock: ClockId, deltaPpb: number, monotonic: Instant): void {
    this.state.applyControl(clock, 0, -deltaPpb, monotonic);
  }

  controlPhase(clock: ClockId, deltaNs: Ns, monotonic: Instant): void {
    this.state.applyControl(clock, -deltaNs, 0, monotonic);
  }

  doubtFrequency(clock: ClockId): void {
    this.state.requireClock(clock);
    this.state.bank.widenSlope(this.state.layout.slope(clock));
    this.state.noteValueChange();
  }

  slept(sleptNs: Ns, otherwisePpb: number): void {
    for (const key of this.tracks()) {
      const path = this.savePath(key);
      this.removeTrack(key);
      if (path !== undefined) this.restorePath(key, path);
    }
    const { layout, bank } = this.state;
    for (const clock of layout.clocks) bank.addUnseenWander(clock, sleptNs * 1e-9, otherwisePpb ** 2);
    this.state.noteValueChange();
  }

  clock(clock: ClockId): ClockEstimate | undefined {
    const { layout, bank } = this.state;
    const at = layout.clocks.indexOf(clock);
    const found = this.state.combine()[at];
    if (found === undefined || !found.isAnchored) return undefined;
    const slope = bank.momentsAt(clock, layout.slope(clock));
    return {
      offsetNs: found.offset,
      sigmaNs: Math.sqrt(found.variance + (found.hasFreeBiases ? found.biasVariance : 0)),
      slopePpb: slope.mean,
      slopeSigmaPpb: Math.sqrt(slope.variance),
      wander: bank.wander(clock) / NS2_PER_S2,
    };
  }

  track(key: string): TrackEstimate | undefined {
    const track = this.tracksByKey.get(key);
    if (track === undefined) return undefined;
    this.state.combine();
    const phase = this.state.momentsOf(track, track.phase);
    return {
      offsetNs: phase.mean,
      sigmaNs: Math.sqrt(phase.variance),
      delayNs: this.state.meanOf(track, track.delay),
      noiseNs: noiseOf(track),
      observations: track.observations,
      restarts: track.restarts,
      jumps: track.jumpCount,
      jumpNs: track.jumpNs,
      suspectNs: track.jumpDetector.suspectNs,
      last: track.last,
      admitted: isAdmitted(track),
      weight: Math.max(track.weight, 0),
    };
  }

  saveOscillator(clock: ClockId): SavedOscillator | undefined {
    return saveOscillator(this.state, clock);
  }

  savePath(key: string): SavedPath | undefined {
    const track = this.tracksByKey.get(key);
    return track === undefined ? undefined : savePath(this.state, track);
  }

  restoreOscillator(clock: ClockId, memory: SavedOscillator): void {
    this.state.requireClock(clock);
    restoreOscillator(this.state, clock, memory);
    this.state.noteValueChange();
  }

  restorePath(key: string, memory: SavedPath): void {
    this.savedPaths.set(key, memory);
  }

  tracks(): readonly string[] {
    return [...this.tracksByKey.keys()];
  }

  private addTrack(key: string, observation: Observation): TrackFilter {
    const track = createTrack(key, observation, this.state.now!);
    if (track.versus !== undefined) this.state.requireClock(track.versus);
    this.tracksByKey.set(key, track);
    track.savedPath = this.savedPaths.get(key);
    this.savedPaths.delete(key);
    this.state.layout.tracks.push(track);
    return track;
  }
}
