import type { ClockId, Instant, Ns, Observation } from '../../api/index.js';
import { ObservationUpdate } from './observation-update.js';
import { NS2_PER_S2 } from './oscillator/wander-lines.js';
import { restoreOscillator, saveOscillator, savePath } from './saved-state.js';
import { JointState } from './state/joint-state.js';
import { TrackFilter } from './track-filter.js';
import type {
  ClockEstimate,
  Drifts,
  Estimator,
  Innovation,
  SavedOscillator,
  SavedPath,
  TrackChanges,
  TrackEstimate,
} from './types.js';

export interface EstimatorOptions {
  /** Hypotheses of wander, (s/s)²/s. Default: nine from 1e-22 to 1e-14, and 1e-12. */
  readonly wanders?: readonly number[];
}

export const createEstimator = (options: EstimatorOptions = {}): Estimator => new JointEstimator(options);

/** Least sigma of an asserted bias. */
const LEAST_BIAS_SIGMA_NS = 1e-3;

/**
 * One joint filter over all clocks and tracks. Its variables are not θ and a bias of each track but their sum y = θ + a, the
 * offset that each track shows: data cannot show more. All y of a clock run on with the clock's one slope and one process
 * noise, so that their differences (of the biases) are learnt as sharply as the oscillator allows. θ follows from the y of the
 * admitted tracks and the sigmas that are asserted of their biases: see `CombinedEstimate`.
 *
 * After the U-D filter of Bierman (1977), the truncated normal distribution of one-sided queueing noise, and multiple-model
 * estimation (Magill 1965) over the oscillator's wander.
 */
class JointEstimator implements Estimator {
  private readonly state: JointState;
  private readonly observationUpdate: ObservationUpdate;
  private readonly tracksByKey = new Map<string, TrackFilter>();
  /** Paths of an earlier run whose tracks have no observation yet. */
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

  observe(key: string, observation: Observation): Innovation | undefined {
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
    if (track !== undefined) this.state.setBiasSigma(track, undefined);
  }

  removeTrack(key: string): void {
    const track = this.tracksByKey.get(key);
    if (track === undefined) return;
    this.tracksByKey.delete(key);
    this.state.removeVariables(track);
    this.state.bank.removeTrack(track);
  }

  discontinuity(key: string, jumpNs?: Ns): void {
    const track = this.tracksByKey.get(key);
    if (track !== undefined) this.observationUpdate.announceJump(track, jumpNs);
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

  slept(sleptNs: Ns, extraSigmaPpb: number): void {
    for (const key of this.tracks()) {
      const path = this.savePath(key);
      this.removeTrack(key);
      if (path !== undefined) this.restorePath(key, path);
    }
    const { layout, bank } = this.state;
    for (const clock of layout.clocks) bank.addUnseenWander(clock, sleptNs * 1e-9, extraSigmaPpb ** 2);
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
    if (track?.phase === undefined) return undefined;
    this.state.combine();
    const { phase, delay, jumps, floor } = track;
    const { mean, variance } = this.state.momentsOf(track, phase);
    return {
      offsetNs: mean,
      sigmaNs: Math.sqrt(variance + floor.biasVariance),
      delayNs: delay === undefined ? undefined : this.state.meanOf(track, delay),
      noiseNs: track.noiseNs!,
      observations: track.observations,
      restarts: track.restarts,
      jumps: jumps.jumpCount,
      jumpNs: jumps.lastJumpNs,
      suspectNs: jumps.suspectNs,
      last: track.last,
      admitted: track.isAdmitted,
      weight: Math.max(track.weight, 0),
    };
  }

  changes(key: string): TrackChanges | undefined {
    const track = this.tracksByKey.get(key);
    if (track?.phase === undefined) return undefined;
    const { restarts, jumps } = track;
    return { restarts, jumps: jumps.jumpCount, jumpNs: jumps.lastJumpNs, suspectNs: jumps.suspectNs };
  }

  drifts(keys: readonly string[]): Drifts {
    return this.state.bank.driftFilter.drifts(keys.map((key) => this.tracksByKey.get(key)!));
  }

  assumeNoDrift(keys: readonly string[]): void {
    const tracks = keys.flatMap((key) => this.tracksByKey.get(key) ?? []);
    this.state.bank.adoptWithoutDrift(tracks);
    this.state.noteValueChange();
  }

  saveOscillator(clock: ClockId): SavedOscillator | undefined {
    return saveOscillator(this.state, clock);
  }

  savePath(key: string): SavedPath | undefined {
    const track = this.tracksByKey.get(key);
    return track === undefined ? undefined : savePath(this.state, track);
  }

  restoreOscillator(clock: ClockId, saved: SavedOscillator): void {
    this.state.requireClock(clock);
    restoreOscillator(this.state, clock, saved);
    this.state.noteValueChange();
  }

  restorePath(key: string, saved: SavedPath): void {
    this.savedPaths.set(key, saved);
  }

  tracks(): readonly string[] {
    return [...this.tracksByKey.keys()];
  }

  private addTrack(key: string, observation: Observation): TrackFilter {
    const track = new TrackFilter(key, observation, this.state.now!, this.savedPaths.get(key));
    if (track.versus !== undefined) this.state.requireClock(track.versus);
    this.savedPaths.delete(key);
    this.tracksByKey.set(key, track);
    this.state.bank.addTrack(track);
    return track;
  }
}
