import type { Instant, Ns } from '../../api/time.js';

/** The 64-bit timestamp format of RFC 5905 §6 as one unsigned integer: 32 bits of seconds, 32 bits of fraction, no era. */
export type NtpTime = bigint;

/** Seconds from the start of era 0, 1900-01-01, to 1970-01-01 (RFC 5905 §6). */
const UNIX_EPOCH_S = 2_208_988_800;
const UNIX_EPOCH_NS = BigInt(UNIX_EPOCH_S) * 1_000_000_000n;
/** The start of era 1: 2036-02-07T06:28:16Z. */
const ERA_1: Instant = 2_085_978_496_000_000_000n;
const NS = 1_000_000_000n;
const HALF = 1n << 31n;

/** Returns the timestamp of an instant, rounded to 2^-32 s. */
export const toNtpTime = (instant: Instant): NtpTime =>
  BigInt.asUintN(64, (((instant + UNIX_EPOCH_NS) << 32n) + NS / 2n) / NS);

/** Returns the first word of the timestamp of a time in seconds since 1970 and nanoseconds. */
export const toNtpSeconds = (seconds: number): number => (seconds + UNIX_EPOCH_S) >>> 0;

/** Returns the second word, for a whole number of nanoseconds below 10^9: the same as `toNtpTime`. Allocates no memory. */
export function toNtpFraction(ns: number): number {
  const exact = (ns * 2 ** 32) / 1e9;
  const whole = Math.floor(exact);
  return exact - whole >= 0.5 ? whole + 1 : whole;
}

/**
 * Returns the instant of a timestamp between 1968-01-20 and 2104-02-26: a set first bit means era 0, a clear one era 1
 * (RFC 4330 §3). The local clock is not used: it may be wrong by decades. Reverses `toNtpTime` to the ns.
 */
export const fromNtpTime = (time: NtpTime): Instant => ERA_1 + ((BigInt.asIntN(64, time) * NS + HALF) >> 32n);

/**
 * Returns the 32-bit short format (RFC 5905 §6), in 2^-16 s, rounded up so that an error bound is never understated, and
 * clamped.
 */
export const toShort = (ns: Ns): number => Math.min(0xffff_ffff, Math.max(0, Math.ceil((ns * 65536) / 1e9)));

export const fromShort = (short: number): Ns => (short * 1e9) / 65536;

/** Returns the ns of a log2 of seconds, as in the fields poll and precision. */
export const fromLog2 = (exponent: number): Ns => 2 ** exponent * 1e9;
