/**
 * The words for time that the whole project shares.
 *
 * Sign convention, written once: an offset is reference − local. Positive means that the local clock is slow.
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

/** The timescale that a reference keeps. `arb`: an arbitrary epoch (PTP's ARB), good for frequency only. */
export type Timescale = 'utc' | 'tai' | 'gps' | 'arb';

/** The timescale that a local clock keeps: the system's UTC, PTP hardware clocks usually TAI. */
export type ClockScale = 'tai' | 'utc';

/** Who stamped it. `user`: JavaScript or the caller of the kernel; worth a millisecond at worst, a labelled last resort. */
export type StampClass = 'hardware' | 'kernel' | 'user';

/** A stamp of an event: the same moment on two clocks. */
export interface Stamp {
  readonly clock: ClockId;
  /** The clock's own reading. */
  readonly time: Instant;
  /** CLOCK_MONOTONIC_RAW at that moment. */
  readonly monotonic: Instant;
  readonly by: StampClass;
}

export const NS_PER_S = 1_000_000_000;

/** 2026-01-01: this program is younger, so that no date before it can be today's. */
export const BUILT_AT: Instant = 1_767_225_600_000_000_000n;
