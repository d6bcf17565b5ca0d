import type { Instant, Ns } from '../../api/time.js';
import { type Field, fixed } from './field.js';
import { getUint48, i64, setUint48 } from './number.js';

/**
 * A duration in units of 2^-16 ns (IEEE 1588-2019 §5.3.2): corrections, mean path delays. An integer, so that the fractions
 * that transparent clocks add are kept exactly.
 */
export type TimeInterval = bigint;

/** The correctionField that means "too large to be represented" (§13.3.2.9). */
export const TOO_LARGE: TimeInterval = 0x7fff_ffff_ffff_ffffn;

const SECOND = 1_000_000_000n;
const SECOND_NS = 1e9;
const MIN = -(1n << 63n);

export const timeInterval: Field<TimeInterval> = i64;

/** Ten octets: seconds and nanoseconds since 1970-01-01 TAI (§5.3.3). Not valid if the nanoseconds reach one second. */
export const timestamp: Field<Instant> = fixed(
  10,
  (view, at) => (view.getUint32(at + 6) < SECOND_NS ? getTimestamp(view, at) : undefined),
  setTimestamp,
);

/** A timestamp that the receiver does not use (an estimate, or reserved): every value is accepted. */
export const estimate: Field<Instant> = fixed(10, getTimestamp, setTimestamp);

export function getTimestamp(view: DataView, at: number): Instant {
  return BigInt(getUint48(view, at)) * SECOND + BigInt(view.getUint32(at + 6));
}

/** `instant`: 1970 or later. */
export function setTimestamp(view: DataView, at: number, instant: Instant): void {
  const seconds = instant / SECOND;
  setUint48(view, at, Number(seconds));
  view.setUint32(at + 6, Number(instant - seconds * SECOND));
}

/** Converts to ns: exactly up to 137 s, with a double's precision beyond. */
export const toNs = (interval: TimeInterval): Ns => Number(interval) / 65536;

/** Converts from ns (finite) to the nearest 2^-16 ns, limited to the range. */
export function fromNs(ns: Ns): TimeInterval {
  return saturated(BigInt(Math.round(ns * 65536)));
}

/** Adds corrections. The sum is limited to the range, whose ends mean "too large". */
export const addIntervals = (a: TimeInterval, b: TimeInterval): TimeInterval => saturated(a + b);

/** Returns received − sent − correction, ns, with its fraction. */
export const transitNs = (received: Instant, sent: Instant, correction: TimeInterval): Ns =>
  Number(received - sent) - toNs(correction);

const saturated = (interval: bigint): TimeInterval =>
  interval > TOO_LARGE ? TOO_LARGE : interval < MIN ? MIN : interval;
