/**
 * Types of time for the whole project. An offset is reference − local: positive means that the local clock is slow.
 */

/** A difference of two instants or a noise, in nanoseconds. A double is exact up to ±104 days. */
export type Ns = number;

/**
 * A point in time: nanoseconds since 1970-01-01 on the timescale of the clock it was read from (for the monotonic clock:
 * since an arbitrary start). Subtract instants before converting to a number.
 */
export type Instant = bigint;

/** A local clock: the system's CLOCK_REALTIME, or a PTP hardware clock by its interface or device name. */
export type ClockId = 'system' | `phc:${string}`;

/** Timescale of a reference. `arb`: an arbitrary epoch (PTP's ARB), usable for frequency only. */
export type Timescale = 'utc' | 'tai' | 'gps' | 'arb';

/** Timescale of a local clock: UTC for the system clock, usually TAI for PTP hardware clocks. */
export type ClockScale = 'tai' | 'utc';

/** Origin of a stamp. `user`: taken by this process, with an error of up to a millisecond; only a last resort. */
export type StampClass = 'hardware' | 'kernel' | 'user';

/** A stamp of an event: the same moment on two clocks. */
export interface Stamp {
  readonly clock: ClockId;
  /** Reading of the clock. */
  readonly time: Instant;
  /** CLOCK_MONOTONIC_RAW at that moment. */
  readonly monotonic: Instant;
  readonly by: StampClass;
}

/** The time of a stamp on its clock and on the monotonic clock. */
export type LocalStamp = Pick<Stamp, 'time' | 'monotonic'>;

export const NS_PER_S = 1_000_000_000;

/** 2026-01-01. This program is younger, so the present date is later. */
export const BUILT_AT: Instant = 1_767_225_600_000_000_000n;
