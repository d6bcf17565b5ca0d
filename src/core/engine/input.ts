import type { ClockId, ClockScale, Instant, Ns, Report, Stamp, StepPolicy, TimeState } from '../../api/index.js';
import type { SavedState } from '../persistence/saved-state.js';

/** Options that every source has, whatever its type. */
export interface SourceOptions {
  /** The source weighs more than others that agree, and decides where there is no majority. */
  readonly prefer: boolean;
  /** Trusted sources decide alone. */
  readonly trust: boolean;
  /** No source is used unless a required one agrees. */
  readonly require: boolean;
  /** The source is watched and never used. */
  readonly noselect: boolean;
  /** Correction for a known error (cable delay), added to the source's offset. */
  readonly offsetNs: Ns;
  /** Greatest one-way asymmetry of its path, added to the bound. */
  readonly asymmetryNs: Ns;
}

/**
 * Everything that changes the core's state. One input is one line of the event log; the same lines in the same order give the
 * same states, bit for bit. `monotonic` never decreases.
 */
export type Input = { readonly monotonic: Instant } & (
  | {
      readonly type: 'clock';
      readonly clock: ClockId;
      readonly frequencyPpb: number;
      readonly maxPpb: number;
      /** Timescale of the clock. Default: UTC for the system clock, TAI for a PHC. */
      readonly scale?: ClockScale;
      /** Its reading at `monotonic`. */
      readonly time?: Instant;
    }
  /** The clock's device is gone or no instance uses it: its phase is unknown when it comes back. */
  | { readonly type: 'clock-gone'; readonly clock: ClockId }
  | { readonly type: 'source'; readonly id: string; readonly options: SourceOptions }
  | { readonly type: 'source-gone'; readonly id: string }
  /** The source answers. Without `claims` it claims the same as before. */
  | ({ readonly type: 'report'; readonly id: string } & Report)
  | { readonly type: 'unreachable'; readonly id: string; readonly reason: string }
  /** The time of the source has jumped, by `jumpNs` if that is known: its phase begins again. */
  | { readonly type: 'discontinuity'; readonly id: string; readonly reason: string; readonly jumpNs?: Ns }
  /** The source measures another server from now on, with the same options: the tracks of the former one are forgotten. */
  | { readonly type: 'source-replaced'; readonly id: string; readonly reason: string }
  | { readonly type: 'discipline'; readonly clock: ClockId; readonly policy: StepPolicy | null }
  /** The host has set this total correction. */
  | { readonly type: 'steered'; readonly clock: ClockId; readonly frequencyPpb: number }
  /** The clock was stepped by the hub or by another program. */
  | { readonly type: 'stepped'; readonly clock: ClockId; readonly deltaNs: Ns; readonly byUs: boolean }
  /**
   * The machine slept for `sleptNs` by its battery-backed clock: CLOCK_MONOTONIC stood still, and the operating system has
   * moved the clocks by that. A further jump of a clock follows as `stepped`.
   */
  | { readonly type: 'slept'; readonly sleptNs: Ns }
  /** The host refused an action. */
  | { readonly type: 'refused'; readonly clock: ClockId; readonly reason: string }
  /** The saved state of the last run, aged to this moment. It comes before the first observation. */
  | ({ readonly type: 'memory' } & SavedState)
  /** About once a second. `stamps`: readings of the clocks. */
  | { readonly type: 'tick'; readonly stamps?: readonly Stamp[] }
);

/** A task for the kernel. `steer` and `step` are answered by the input `steered`, `stepped` or `refused`. */
export type Action =
  | { readonly type: 'steer'; readonly clock: ClockId; readonly frequencyPpb: number }
  | { readonly type: 'step'; readonly clock: ClockId; readonly deltaNs: Ns; readonly reason: string }
  /** News for the operator. */
  | {
      readonly type: 'event';
      readonly kind: 'mode' | 'source' | 'clock' | 'leap';
      readonly id: string;
      readonly text: string;
      readonly code?: string;
      /** The hub is worse off than before. */
      readonly warning?: true;
    };

/** Which promise of the error decides mode and served quality: see `ClockState`. */
export type PromiseBasis = NonNullable<TimeState['promise']>;

/** The options of `[hub]` that the core reads. */
export interface CoreOptions {
  /** Least number of independent sources that must agree before any is used. */
  readonly minAgreeing: number;
  /** The hub is unsynchronised while its bound is greater. */
  readonly maxErrorNs: Ns;
  /** The hub is tracking while its bound is less. */
  readonly trackingErrorNs: Ns;
  /** The bound that the operator promises to clients: sources are asked just often enough to keep it. */
  readonly targetErrorNs?: Ns | undefined;
  /** The bound that decides the mode and that is served. Default: `carriers`. */
  readonly promise?: PromiseBasis | undefined;
  /** Greatest sudden change of a clock's rate, ppb. Default: `USUAL_TOLERANCE_PPB`. */
  readonly frequencyTolerancePpb?: number | undefined;
  /** No earlier date is today's. Default: every date is accepted. */
  readonly builtAt?: Instant | undefined;
  /**
   * NTP stratum, 1..15, at which the clock is served as it is while the hub is unsynchronised. A source of a greater stratum
   * is never used: it may have its time from here. Undefined: no time is served then.
   */
  readonly localStratum?: number | undefined;
}
