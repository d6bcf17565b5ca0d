import type { ClockId, Instant, Ns, Observation } from '../../api/index.js';

/** One local clock as the joint filter sees it, at the instant it was advanced to. */
export interface ClockEstimate {
  /** Reference − clock. */
  readonly offsetNs: Ns;
  /** Standard deviation of the offset plus the weighted mean of the admitted biases: what data can show. */
  readonly sigmaNs: Ns;
  /** d(offset)/dt as the clock runs now, ppb. */
  readonly slopePpb: number;
  readonly slopeSigmaPpb: number;
  /** Wander in force, (s/s)²/s: how fast the slope's variance grows. */
  readonly wander: number;
}

/**
 * A track is what one source says over one path: its own bias, base delay and noise. Its key is `source` or
 * `source/path`.
 */
export interface TrackEstimate {
  /** Reference − clock as this track alone has it: θ + a. */
  readonly offsetNs: Ns;
  readonly sigmaNs: Ns;
  /** One-way base delay of a two-way path; NaN where there is none. */
  readonly delayNs: Ns;
  /** Scale of its measurement noise, one leg. */
  readonly noiseNs: Ns;
  readonly observations: number;
  /** How often what it says could not be, so that it was begun anew. */
  readonly restarts: number;
  /** How often the time of its source has jumped, and by how much the last time; NaN while that is not known. */
  readonly jumps: number;
  readonly jumpNs: Ns;
  /** By how much its last observations contradict it, where it is open whether its time has jumped; else zero. */
  readonly suspectNs: Ns;
  readonly last: Instant;
  readonly admitted: boolean;
  /** Share in the combined offset, 0..1; zero when not admitted. */
  readonly weight: number;
}

/** How an observation agreed with what was predicted. */
export interface Innovation {
  readonly residualNs: Ns;
  /** Residual / predicted standard deviation. */
  readonly normalised: number;
  readonly used: boolean;
}

/**
 * The joint filter. Pure: time comes in with each call, `monotonic` may lag behind by late observations.
 * θ = reference − clock and its slope for each clock, a bias for each track, a base delay for each two-way path.
 */
export interface Estimator {
  addClock(clock: ClockId, monotonic: Instant): void;
  /** Predicts everything to `monotonic`. */
  advance(monotonic: Instant): void;
  /**
   * Creates the track with a free bias (not admitted) at its first observation. A pulse needs its clock's phase known to a
   * fraction of the period, or a number of its own. Throws `TH_CLOCK_UNKNOWN`.
   */
  observe(track: string, observation: Observation): Innovation;
  /** Asserts that the bias of a track is zero ± sigma; again with another sigma replaces the assertion. */
  admit(track: string, biasSigmaNs: Ns): void;
  /** Takes that assertion back exactly. The track goes on being followed. */
  withdraw(track: string): void;
  removeTrack(track: string): void;
  /**
   * The time of the source has jumped: its word about the time starts anew, what is known of its path stays. `jumpNs`: by how
   * much, if that is known. Until its next observation the track may be wrong by as much.
   */
  discontinuity(track: string, jumpNs?: Ns): void;
  /** The clock's own rate was changed by `deltaPpb` (positive: it runs faster now). */
  controlFrequency(clock: ClockId, deltaPpb: number, monotonic: Instant): void;
  /** The clock was stepped by `deltaNs`. */
  controlPhase(clock: ClockId, deltaNs: Ns, monotonic: Instant): void;
  /** What is believed of the clock's rate is not to be trusted any more: it may be anything again. */
  doubtFrequency(clock: ClockId): void;
  /**
   * The machine slept for `sleptNs` that `monotonic` did not count. No phase survives it: every track begins anew, with its
   * path in memory. Each clock's rate is kept as far as its wander lets it, and may have moved by `otherwisePpb` besides
   * (one standard deviation).
   */
  slept(sleptNs: Ns, otherwisePpb: number): void;
  /** Undefined while no track leads from a reference to this clock. Without an admitted one, sigma is that of a free bias. */
  clock(clock: ClockId): ClockEstimate | undefined;
  track(track: string): TrackEstimate | undefined;
  tracks(): readonly string[];
  /** What is worth keeping for the next start; undefined while little is known. */
  saveOscillator(clock: ClockId): SavedOscillator | undefined;
  savePath(track: string): SavedPath | undefined;
  /** Starts from what was kept: before the first observation of the clock, or of the track. */
  restoreOscillator(clock: ClockId, memory: SavedOscillator): void;
  restorePath(track: string, memory: SavedPath): void;
}

/** The oscillator of a clock, as the next run of the hub starts from it. */
export interface SavedOscillator {
  /** d(offset)/dt as the clock runs, ppb. */
  readonly slopePpb: number;
  readonly slopeSigmaPpb: number;
  /** Hypotheses of wander, (s/s)²/s, and the weight of each, 0..1. */
  readonly wanders: readonly { readonly wander: number; readonly weight: number }[];
}

/** A two-way path, as the next run of the hub starts from it. */
export interface SavedPath {
  /** One-way base delay: without queues. */
  readonly delayNs: Ns;
  readonly delaySigmaNs: Ns;
  /** Standard deviation of the noise of one leg. */
  readonly noiseNs: Ns;
  readonly shapes: readonly SavedShape[];
}

/** The weight of one noise shape of a path. */
export interface SavedShape {
  /** ρ = √r / J: standard deviation of the Gaussian part / mean of the exponential part. */
  readonly rho: number;
  /** Natural logarithm of its weight relative to that of the best shape. */
  readonly logWeight: number;
}
