import type { ClockState, Instant } from '../../api/index.js';

/** Returns the UTC of the corrected system clock at a monotonic instant. */
export const corrected = (system: ClockState, monotonic: Instant): Instant =>
  system.reading +
  BigInt(Math.round(Number.isFinite(system.offsetNs) ? system.offsetNs : 0)) +
  (monotonic - system.monotonic);

/** Returns the same UTC as a text: RFC 3339 with milliseconds. */
export const rfc3339 = (system: ClockState, monotonic: Instant): string =>
  new Date(Number(corrected(system, monotonic) / 1_000_000n)).toISOString();
