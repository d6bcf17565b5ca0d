import type { Instant, Ns } from '../../api/time.js';
import { type Field, fixed } from './field.js';
import { getUint48, i64, setUint48 } from './number.js';

/**
 * IEEE 1588-2019 §5.3.2, in units of 2^-16 ns: corrections, mean path delays. Whole, so that what a transparent clock has
 * added to the sixteenth bit survives.
 */
export type TimeInterval = bigint;

/** The correctionField that says: too large to be told (§13.3.2.9). */
export const TOO_LARGE: TimeInterval = 0x7fff_ffff_ffff_ffffn;

const SECOND = 1_000_000_000n;
const SECOND_NS = 1e9;
const MAX = TOO_LARGE;
const MIN = -(1n << 63n);

export const timeInterval: Field<TimeInterval> = i64;

/** Ten octets of seconds and nanoseconds since 1970-01-01 TAI (§5.3.3). Not one when the nanoseconds make a second. */
export const timestamp: Field<Instant> = fixed(
  10,
  (view, at) => (view.getUint32(at + 6) < SECOND_NS ? getTimestamp(view, at) : undefined),
  setTimestamp,
);

/** A timestamp that the receiver must not rely on: an estimate, or reserved. Whatever is there is read. */
export const estimate: Field<Instant> = fixed(10, getTimestamp, setTimestamp);

export function getTimestamp(view: DataView, at: number): Instant {
  return BigInt(getUint48(view, at)) * SECOND + BigInt(view.getUint32(at + 6));
}

/** `instant`: from 1970 on. */
export function setTimestamp(view: DataView, at: number, instant: Instant): void {
  const seconds = instant / SECOND;
  setUint48(view, at, Number(seconds));
  view.setUint32(at + 6, Number(instant - seconds * SECOND));
}

/** Exact up to 137 s, a double's precision beyond. */
export const toNs = (interval: TimeInterval): Ns => Number(interval) / 65536;

/** To the nearest 2^-16 ns, held at both ends of the range. `ns`: finite. */
export function fromNs(ns: Ns): TimeInterval {
  return saturated(BigInt(Math.round(ns * 65536)));
}

/** The sum of corrections, held at the ends of the range, where it means "too large". */
export const addIntervals = (a: TimeInterval, b: TimeInterval): TimeInterval => saturated(a + b);

/** How long a message was under way: what the clocks say, less what is known of the way. The fraction is kept. */
export const transitNs = (received: Instant, sent: Instant, correction: TimeInterval): Ns =>
  Number(received - sent) - toNs(correction);

const saturated = (interval: bigint): TimeInterval => (interval > MAX ? MAX : interval < MIN ? MIN : interval);
