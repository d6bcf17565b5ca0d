import type { GrandmasterClaims, Leap } from './observation.js';
import type { ClockId, ClockScale, Instant, Ns } from './time.js';

/** Mode of the hub. */
export type Mode = 'unsynchronised' | 'converging' | 'tracking' | 'holdover';

/** State of one source. `numbering`: it numbers the seconds of a pulse, but is too coarse to steer by. */
export type SourceState = 'unreachable' | 'warming' | 'numbering' | 'agrees' | 'combined' | 'rejected' | 'disabled';

/**
 * One local clock as a linear model: at clock reading `t` near `reading`, true time (on the clock's own timescale) is
 * `t + offsetNs + slopePpb · (t − reading) · 1e-9`.
 */
export interface ClockState {
  readonly id: ClockId;
  /** Timescale of the clock when its offset is zero. */
  readonly scale: ClockScale;
  readonly reading: Instant;
  readonly monotonic: Instant;
  /** Reference − clock. */
  readonly offsetNs: Ns;
  /** Standard deviation of the random part of the error. */
  readonly sigmaNs: Ns;
  /** Bound of the error if the sources that carry the estimate are right: sigma, biases and root distance together. */
  readonly boundNs: Ns;
  /** Growth of `boundNs` after `reading`, ns/s = ppb. */
  readonly boundGrowthPpb: number;
  /**
   * Bound of the error whichever minority of the independent voters is wrong: the distance from the estimate to the farthest
   * point that a majority of the voters' intervals contains. Infinity without a majority. Every hub states it.
   */
  readonly majorityBoundNs?: Ns;
  /** Growth of `majorityBoundNs` after `reading`, ns/s = ppb; 0 while that is infinite. */
  readonly majorityBoundGrowthPpb?: number;
  /** Rate of the reference − rate of the clock as it runs now. */
  readonly slopePpb: number;
  /** Correction that the bare oscillator needs, positive if it is slow. */
  readonly frequencyPpb: number;
  readonly frequencySigmaPpb: number;
  readonly steered: boolean;
}

/** One source as the selection sees it. */
export interface SourceReport {
  readonly id: string;
  readonly state: SourceState;
  /** Reason of this state, one sentence. */
  readonly reason: string;
  /** Reference − clock according to this source alone. NaN before the first observation. */
  readonly offsetNs: Ns;
  readonly sigmaNs: Ns;
  readonly boundNs: Ns;
  /** Share in the combined estimate, 0..1. */
  readonly weight: number;
  /** Age of the last observation, s. NaN before the first. */
  readonly ageS: number;
  readonly observations: number;
  readonly stamp?: 'hardware' | 'kernel' | 'user';
  readonly delayNs?: Ns;
}

/**
 * Quality served to NTP clients (RFC 5905 §7.3). Half the root delay and the root dispersion together are the bound of the
 * system clock. `stratum` 16 and leap `unknown` while no time is served.
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

/** Quality served to PTP clients (IEEE 1588-2019 §7.6.2). */
export interface PtpView {
  readonly clockClass: number;
  readonly clockAccuracy: number;
  readonly offsetScaledLogVariance: number;
  readonly timeSource: number;
  readonly timeTraceable: boolean;
  readonly frequencyTraceable: boolean;
  /** Grandmaster of all carriers, if they follow the same one; a boundary clock announces it. */
  readonly grandmaster?: GrandmasterClaims;
}

/** The combined estimate and the state of the hub that every sink reads. Immutable. */
export interface TimeState {
  readonly mode: Mode;
  /** Reason of this mode, one sentence. */
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
    /**
     * The leap second within a day before or after the present time: from `at` (UTC) on, TAI − UTC is `seconds` more. UTC repeats
     * the second before an inserted one; `passed` is true from the repetition on.
     */
    readonly nearest?: { readonly at: Instant; readonly seconds: 1 | -1; readonly passed: boolean };
  };
  readonly sources: readonly SourceReport[];
  /** The hub is not synchronised and serves its clock as it is (`[hub] free-run`). */
  readonly local?: boolean;
  /** The bound by which the mode was decided and that NTP view and PTP view state (`[hub] promise`). Default: `carriers`. */
  readonly promise?: 'carriers' | 'majority';
  readonly ntp: NtpView;
  readonly ptp: PtpView;
  /** Address of the source that the served time is named after; in holdover of the last one. Absent without a source. */
  readonly upstream?: string;
}
