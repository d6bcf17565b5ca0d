import type { GrandmasterClaims, Leap } from './observation.js';
import type { ClockId, ClockScale, Instant, Ns } from './time.js';

/** Of the hub as a whole. */
export type Mode = 'unsynchronised' | 'converging' | 'tracking' | 'holdover';

/** Of one source. `numbering`: it names the second for a pulse and is too coarse to steer by. */
export type SourceState = 'unreachable' | 'warming' | 'numbering' | 'agrees' | 'combined' | 'rejected' | 'disabled';

/**
 * One local clock as a linear model: at clock reading `t` near `reading`, true time (on the clock's own timescale) is
 * `t + offsetNs + slopePpb · (t − reading) · 1e-9`. A server thread can correct a stamp with it without asking.
 */
export interface ClockState {
  readonly id: ClockId;
  /** What it keeps when its offset is zero. */
  readonly scale: ClockScale;
  readonly reading: Instant;
  readonly monotonic: Instant;
  /** Reference − clock. */
  readonly offsetNs: Ns;
  /** One standard deviation of the random part: what data can show. */
  readonly sigmaNs: Ns;
  /** Sigma, biases and root distance together: the error is believed to be below this. */
  readonly boundNs: Ns;
  /** How fast `boundNs` grows from `reading` on, ns per second = ppb. */
  readonly boundGrowthPpb: number;
  /** Rate of the reference − rate of the clock as it runs now. */
  readonly slopePpb: number;
  /** The correction that the bare oscillator needs: positive means that it is slow. */
  readonly frequencyPpb: number;
  readonly frequencySigmaPpb: number;
  readonly steered: boolean;
}

/** One source as the selection sees it. */
export interface SourceReport {
  readonly id: string;
  readonly state: SourceState;
  /** One sentence: why it is in this state. */
  readonly reason: string;
  /** Reference − clock as this source alone sees it. NaN before the first observation. */
  readonly offsetNs: Ns;
  readonly sigmaNs: Ns;
  readonly boundNs: Ns;
  /** Share in the combined estimate, 0..1. */
  readonly weight: number;
  /** Since the last observation, seconds. NaN before the first. */
  readonly ageS: number;
  readonly observations: number;
  readonly stamp?: 'hardware' | 'kernel' | 'user';
  readonly delayNs?: Ns;
}

/**
 * The quality that NTP clients are given (RFC 5905 §7.3). Half the root delay and the root dispersion are the system clock's bound.
 * `stratum` 16 and leap `unknown` when no time is given.
 */
export interface NtpView {
  readonly stratum: number;
  readonly refid: string;
  readonly leap: Leap;
  readonly rootDelayNs: Ns;
  readonly rootDispersionNs: Ns;
  /** Instant of the last update of the clock, system timescale. */
  readonly referenceTime: Instant;
}

/** What the hub gives to PTP clients (IEEE 1588-2019 §7.6.2). */
export interface PtpView {
  readonly clockClass: number;
  readonly clockAccuracy: number;
  readonly offsetScaledLogVariance: number;
  readonly timeSource: number;
  readonly timeTraceable: boolean;
  readonly frequencyTraceable: boolean;
  /** Of the sources that carry the estimate, where all follow one: a boundary clock passes this on. */
  readonly grandmaster?: GrandmasterClaims;
}

/** The one estimate that every sink reads. Immutable. */
export interface TimeState {
  readonly mode: Mode;
  /** One sentence: why it is in this mode. */
  readonly reason: string;
  readonly modeSince: Instant;
  /** CLOCK_MONOTONIC_RAW of this state. */
  readonly monotonic: Instant;
  /** The first is always `system`. */
  readonly clocks: readonly ClockState[];
  readonly leap: {
    readonly pending: Leap;
    readonly taiMinusUtc: number;
    readonly taiKnown: boolean;
    readonly expires?: Instant;
  };
  readonly sources: readonly SourceReport[];
  /** The hub is not synchronised, and is told to give its clock to others as it is (`[hub] free-run`). */
  readonly local?: boolean;
  readonly ntp: NtpView;
  readonly ptp: PtpView;
  /** Address of the source that the served time is named after; absent without one. In holdover: of the last. */
  readonly upstream?: string;
}
