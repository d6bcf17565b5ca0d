import type { Instant, Ns } from '../../api/time.js';

/**
 * ClockBound's shared memory segment, layout version 2 (github.com/aws/clock-bound, docs/PROTOCOL.md). Numbers are in the byte
 * order of the machine.
 */

/** Length of the segment, octets. */
export const SEGMENT_OCTETS = 80;
/** Places of the parts that are written on their own, octets. */
export const PLACE = { size: 8, version: 12, generation: 14, bound: 16 } as const;
export const LAYOUT_VERSION = 2;

/** The magic number, as two words of 32 bits: its octets in memory depend on the byte order. */
const MAGIC = [0x414d5a4e, 0x43420200] as const;
const HIGHEST_GENERATION = 0xffff;
/** Values of "Clock Status". */
const STATUS = { unknown: 0, synchronised: 1, 'free running': 2 } as const;
const NS_PER_SECOND = 1_000_000_000n;
/** A reader refuses drifts from 100 % on. */
const HIGHEST_DRIFT_PPB = 999_999_999;
/** Greatest bound that is written, ns: 31 years. A reader can still subtract it from the present time. */
const GREATEST_BOUND_NS = 1e18;

export type BoundStatus = keyof typeof STATUS;

/** The bound of the system clock's error, for readers that extrapolate it. */
export interface ClockErrorBound {
  /** CLOCK_MONOTONIC_COARSE when the bound was computed, and from when on it must not be used. */
  readonly asOf: Instant;
  readonly voidAfter: Instant;
  /** Bound of the error of CLOCK_REALTIME at `asOf`. Infinity is written as 31 years. */
  readonly boundNs: Ns;
  /** Growth of the bound after `asOf`, ppb. */
  readonly maxDriftPpb: number;
  readonly status: BoundStatus;
}

const LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

const viewOf = (octets: Uint8Array): DataView => new DataView(octets.buffer, octets.byteOffset, octets.byteLength);

/** Returns a segment without a bound: its version and generation are 0, by which readers know that it is not ready. */
export function emptySegment(): Uint8Array {
  const segment = new Uint8Array(SEGMENT_OCTETS);
  const view = viewOf(segment);
  MAGIC.forEach((word, index) => void view.setUint32(4 * index, word, LITTLE));
  view.setUint32(PLACE.size, SEGMENT_OCTETS, LITTLE);
  return segment;
}

/** Returns true for octets that begin as a segment of any layout version. */
export function isSegment(octets: Uint8Array): boolean {
  if (octets.length < PLACE.bound) return false;
  const view = viewOf(octets);
  return MAGIC.every((word, index) => view.getUint32(4 * index, LITTLE) === word);
}

/** Returns the generation of a complete segment of version 2; undefined for one that must be written from the start. */
export function generationOf(octets: Uint8Array): number | undefined {
  if (octets.length !== SEGMENT_OCTETS || !isSegment(octets)) return undefined;
  const view = viewOf(octets);
  const isOurs = view.getUint32(PLACE.size, LITTLE) === SEGMENT_OCTETS;
  const isThisVersion = view.getUint16(PLACE.version, LITTLE) === LAYOUT_VERSION;
  return isOurs && isThisVersion ? view.getUint16(PLACE.generation, LITTLE) : undefined;
}

/** Returns a number of 16 bits, a version or a generation, in the byte order of the machine. */
export function wordOf(value: number): Uint8Array {
  const word = new Uint8Array(2);
  viewOf(word).setUint16(0, value, LITTLE);
  return word;
}

/** Returns the odd generation that marks an update of a segment, which may have been left in the middle of one. */
export const updating = (generation: number): number => generation | 1;

/** Returns the even generation that ends the update. It is never 0, which means "not ready": after 65535 comes 2. */
export const updated = (generation: number): number =>
  updating(generation) === HIGHEST_GENERATION ? 2 : updating(generation) + 1;

/** Returns the octets of the segment from `PLACE.bound` on. Disruptions are not reported: marker and support are 0. */
export function encodeBound({ asOf, voidAfter, boundNs, maxDriftPpb, status }: ClockErrorBound): Uint8Array {
  const octets = new Uint8Array(SEGMENT_OCTETS - PLACE.bound);
  const view = viewOf(octets);
  [asOf, voidAfter].forEach((time, index) => {
    view.setBigInt64(16 * index, time / NS_PER_SECOND, LITTLE);
    view.setBigInt64(16 * index + 8, time % NS_PER_SECOND, LITTLE);
  });
  view.setBigInt64(32, BigInt(Math.ceil(Math.min(boundNs, GREATEST_BOUND_NS))), LITTLE);
  view.setUint32(48, Math.min(Math.ceil(maxDriftPpb), HIGHEST_DRIFT_PPB), LITTLE);
  view.setInt32(52, STATUS[status], LITTLE);
  return octets;
}
