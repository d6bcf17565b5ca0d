import type { Claims, ClockId, ClockScale, Instant, Ns, Observation, Stamp, StepPolicy } from '../../api/index.js';
import type { SavedState } from '../persistence/saved-state.js';

/** Common to all sources, whatever their type: the operator's word about one of them. */
export interface SourceOptions {
  /** Weigh it before others that agree. */
  readonly prefer: boolean;
  /** Its interval wins a vote by itself. */
  readonly trust: boolean;
  /** No tracking without it. */
  readonly require: boolean;
  /** Watch it, never use it. */
  readonly noselect: boolean;
  /** Added to what it says: a known error (cable delay). */
  readonly offsetNs: Ns;
  /** Believed one-way difference of its path, added to the bound. */
  readonly asymmetryNs: Ns;
}

/**
 * Everything that moves the core. One input is one line of the event log; the same lines in the same order give the same
 * states, bit for bit. `monotonic` never goes back.
 */
export type Input = { readonly monotonic: Instant } & (
  | {
      readonly type: 'clock';
      readonly clock: ClockId;
      readonly frequencyPpb: number;
      readonly maxPpb: number;
      /** What the clock keeps. Default: the system clock UTC, a PHC TAI. */
      readonly scale?: ClockScale;
      /** Its reading at this moment. */
      readonly time?: Instant;
    }
  /** Its device vanished, or nobody uses it any more: what was known of its time is worth nothing when it comes back. */
  | { readonly type: 'clock-gone'; readonly clock: ClockId }
  | { readonly type: 'source'; readonly id: string; readonly options: SourceOptions }
  | { readonly type: 'source-gone'; readonly id: string }
  | { readonly type: 'observations'; readonly id: string; readonly observations: readonly Observation[] }
  | { readonly type: 'claims'; readonly id: string; readonly claims: Claims }
  | { readonly type: 'unreachable'; readonly id: string; readonly reason: string }
  /** The time of the source has jumped, by `jumpNs` if that is known: its word about the time starts anew. */
  | { readonly type: 'discontinuity'; readonly id: string; readonly reason: string; readonly jumpNs?: Ns }
  /** It stands for another server from now on, with the same options: what was known of the former one is forgotten. */
  | { readonly type: 'source-replaced'; readonly id: string; readonly reason: string }
  | { readonly type: 'discipline'; readonly clock: ClockId; readonly policy: StepPolicy | null }
  /** The host has set this correction (total, ppb). */
  | { readonly type: 'steered'; readonly clock: ClockId; readonly frequencyPpb: number }
  /** The clock jumped: by our step or by somebody else's hand. */
  | { readonly type: 'stepped'; readonly clock: ClockId; readonly deltaNs: Ns; readonly byUs: boolean }
  /**
   * The machine slept for `sleptNs` as the operating system has it (by a battery-backed clock): CLOCK_MONOTONIC stood
   * still, and the clocks were carried on by that. What a clock jumped beyond it follows as `stepped`.
   */
  | { readonly type: 'slept'; readonly sleptNs: Ns }
  /** The host refused an action. */
  | { readonly type: 'refused'; readonly clock: ClockId; readonly reason: string }
  /** What the run before has left, aged to this moment. Comes before the first observation. */
  | ({ readonly type: 'memory' } & SavedState)
  /** About once a second: time passes although nothing was observed. `stamps`: what the clocks read then. */
  | { readonly type: 'tick'; readonly stamps?: readonly Stamp[] }
);

/** What the core wants done. The kernel does it and answers with `steered`, `stepped` or `refused`. */
export type Action =
  | { readonly type: 'steer'; readonly clock: ClockId; readonly frequencyPpb: number }
  | { readonly type: 'step'; readonly clock: ClockId; readonly deltaNs: Ns; readonly reason: string }
  /** Something to tell the operator. */
  | {
      readonly type: 'event';
      readonly kind: 'mode' | 'source' | 'clock' | 'leap';
      readonly id: string;
      readonly text: string;
      readonly code?: string;
      /** Something is worse than before. */
      readonly warning?: true;
    };

/** `[hub]` as far as the core is concerned. */
export interface CoreOptions {
  /** At least this many independent sources must agree before anything is combined (default 1). */
  readonly minAgreeing: number;
  /** The bound beyond which the hub calls itself unsynchronised. */
  readonly maxErrorNs: Ns;
  /** The bound below which it calls itself tracking. */
  readonly trackingErrorNs: Ns;
  /** The bound that the operator promises to others: sources are asked often enough to keep it, and no oftener. */
  readonly targetErrorNs?: Ns | undefined;
  /** No date before this can be today's. Default: every date is believed. */
  readonly builtAt?: Instant | undefined;
  /**
   * NTP stratum, 1..15, of the clock as it is: given to others while the hub is not synchronised. A source of a greater
   * stratum is not used then or ever: it may have its time from here. Undefined: without a synchronised time none is given.
   */
  readonly localStratum?: number | undefined;
}
