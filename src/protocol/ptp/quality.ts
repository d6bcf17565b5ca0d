import type { Ns } from '../../api/time.js';
import { type Of, struct } from './field.js';
import { u8, u16 } from './number.js';

/** IEEE 1588-2019 §5.3.7: clockClass, clockAccuracy and offsetScaledLogVariance as on the wire. */
export const clockQuality = struct({ clockClass: u8, accuracy: u8, variance: u16 });
export type ClockQuality = Of<typeof clockQuality>;

export const ACCURACY_UNKNOWN = 0xfe;
export const VARIANCE_UNKNOWN = 0xffff;

const ACCURACY_FIRST = 0x17;
const ACCURACY_BEYOND = 0x31;
/** Limits of clockAccuracy 0x17 to 0x30 (§7.6.2.6), ns. */
const ACCURACIES: readonly Ns[] = [
  1e-3, 2.5e-3, 1e-2, 2.5e-2, 0.1, 0.25, 1, 2.5, 10, 25, 100, 250, 1e3, 2.5e3, 1e4, 2.5e4, 1e5, 2.5e5, 1e6, 2.5e6, 1e7,
  2.5e7, 1e8, 2.5e8, 1e9, 1e10,
];

/** Returns the bound of a clockAccuracy, ns: infinite for "more than 10 s", undefined for unknown and reserved codes. */
export function accuracyNs(code: number): Ns | undefined {
  return code === ACCURACY_BEYOND ? Number.POSITIVE_INFINITY : ACCURACIES[code - ACCURACY_FIRST];
}

/** Returns the smallest clockAccuracy whose limit contains `boundNs`. NaN means unknown. */
export function accuracyCode(boundNs: Ns): number {
  if (Number.isNaN(boundNs)) return ACCURACY_UNKNOWN;
  const index = ACCURACIES.findIndex((limit) => boundNs <= limit);
  return index < 0 ? ACCURACY_BEYOND : ACCURACY_FIRST + index;
}
