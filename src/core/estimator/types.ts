import type { ClockId, Instant, Ns, Observation } from '../../api/index.js';

/** The estimate of one local clock at the instant to which the estimator was advanced. */
export interface ClockEstimate {
  /** Reference − clock. */
  readonly offsetNs: Ns;
  /** Standard deviation of the offset plus the weighted mean of the admitted biases: what data can show. */
  readonly sigmaNs: Ns;
  /** d(offset)/dt as the clock runs now, ppb. */
  readonly slopePpb: number;
  readonly slopeSigmaPpb: number;
  /** Wander, (s/s)²/s: growth of the slope's variance. */
  readonly wander: number;
}

/** The changes that the estimator has found of one track. */
export interface TrackChanges {
  /** Restarts of the track because its observations contradicted it for good. */
  readonly restarts: number;
  /** Jumps of the source's time, and the size of the last one; undefined while that is not known. */
  readonly jumps: number;
  readonly jumpNs: Ns | undefined;
  /** Contradiction between the last observations and the estimate while a jump is suspected; else zero. */
  readonly suspectNs: Ns;
}

/** The estimate of one track: one source over one path, with its own bias, base delay and noise. */
export interface TrackEstimate extends TrackChanges {
  /** Reference − clock by this track alone: θ + a. */
  readonly offsetNs: Ns;
  readonly sigmaNs: Ns;
  /** One-way base delay of a two-way path; undefined until it is measured, and on other paths. */
  readonly delayNs: Ns | undefined;
  /** Standard deviation of the noise of one observation, or of one leg. */
  readonly noiseNs: Ns;
  readonly observations: number;
  /** Instant of the last observation that was used. */
  readonly last: Instant;
  readonly admitted: boolean;
  /** Share in the combined offset, 0..1; zero if the track is not admitted. */
  readonly weight: number;
}

/** The difference between an observation and its prediction. */
export interface Innovation {
  /** Observed − predicted, in ns, of a rate in ppb. */
  readonly residualNs: Ns;
  /** Residual / predicted standard deviation. */
  readonly normalised: number;
}

/**
 * The joint filter of all clocks and tracks: θ = reference − clock and its slope for each clock, a bias for each track, a base
 * delay for each two-way path. It is pure: time comes in with each call. A `monotonic` earlier than the last one is allowed,
 * since observations may be late. A track's key is `source` or `source/path`.
 */
export interface Estimator {
  addClock(clock: ClockId, monotonic: Instant): void;
  /** Predicts the state at `monotonic`. */
  advance(monotonic: Instant): void;
  /**
   * Updates the state with an observation. The first one creates the track, not admitted. Returns undefined if the observation
   * was not used: it is too old, it is held back while a jump is suspected, or it is a pulse and neither its clock's phase is
   * known to a fraction of the period nor has the pulse a number. Throws `TH_CLOCK_UNKNOWN`. The next observation overwrites the
   * result.
   */
  observe(track: string, observation: Observation): Innovation | undefined;
  /** Asserts that the bias of a track is zero ± sigma, in place of an earlier assertion. */
  admit(track: string, biasSigmaNs: Ns): void;
  /** Withdraws the assertion exactly. The filter follows the track as before. */
  withdraw(track: string): void;
  removeTrack(track: string): void;
  /**
   * The time of the source has jumped by `jumpNs`, or by an unknown amount. The track's phase restarts with its next
   * observation and is uncertain by the jump until then; what is known of its path stays.
   */
  discontinuity(track: string, jumpNs?: Ns): void;
  /** The clock's own rate was changed by `deltaPpb` (positive: it runs faster now). */
  controlFrequency(clock: ClockId, deltaPpb: number, monotonic: Instant): void;
  /** The clock was stepped by `deltaNs`. */
  controlPhase(clock: ClockId, deltaNs: Ns, monotonic: Instant): void;
  /** Makes the clock's slope as uncertain as at the start. */
  doubtFrequency(clock: ClockId): void;
  /**
   * The machine slept for `sleptNs` that `monotonic` did not count. Phases are lost: every track begins again, with its path as
   * a guess. Each clock's slope stays; its variance grows by the wander of that time and by the square of `extraSigmaPpb`.
   */
  slept(sleptNs: Ns, extraSigmaPpb: number): void;
  /**
   * Returns undefined while no track leads from a reference to this clock. Without an admitted track, sigma includes an
   * unknown bias of 0.2 s.
   */
  clock(clock: ClockId): ClockEstimate | undefined;
  /** Returns undefined for an unknown track, and before the track's phase is known. */
  track(track: string): TrackEstimate | undefined;
  /** Returns the part of `track` that has not to be computed. */
  changes(track: string): TrackChanges | undefined;
  tracks(): readonly string[];
  /** Returns how the times of the sources of these tracks drift against each other. Each must have a phase. */
  drifts(tracks: readonly string[]): Drifts;
  /**
   * The times of these tracks' sources do not drift, those of the others may have: the estimate goes on from what it would be
   * if that had been known from the beginning.
   */
  assumeNoDrift(tracks: readonly string[]): void;
  /** Returns what the next run of the hub starts from, or undefined while little is known. */
  saveOscillator(clock: ClockId): SavedOscillator | undefined;
  savePath(track: string): SavedPath | undefined;
  /** Starts from what an earlier run saved. Must be called before the first observation of the clock or track. */
  restoreOscillator(clock: ClockId, saved: SavedOscillator): void;
  restorePath(track: string, saved: SavedPath): void;
}

/** Drifts of the times of several tracks' sources, up to a rate that is common to all of them and unknown. */
export interface Drifts {
  /** d(reference − clock)/dt by this track − the clock's slope, ppb. */
  readonly ppb: readonly number[];
  /** Covariance, ppb². A part of it is common to all. */
  readonly covariance: readonly ArrayLike<number>[];
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
