import type { ClockState, Instant } from '../../api/index.js';

/** UTC by the corrected system clock at a monotonic instant. */
export const corrected = (system: ClockState, monotonic: Instant): Instant =>
  system.reading +
  BigInt(Math.round(Number.isFinite(system.offsetNs) ? system.offsetNs : 0)) +
  (monotonic - system.monotonic);

/** The same as RFC 3339 has it, with milliseconds. */
export const rfc3339 = (system: ClockState, monotonic: Instant): string =>
  new Date(Number(corrected(system, monotonic) / 1_000_000n)).toISOString();
