import type { ClockState, Instant } from '../api/index.js';

/** UTC by the corrected system clock at a monotonic instant, RFC 3339 with milliseconds. */
export function rfc3339(system: ClockState, monotonic: Instant): string {
  const corrected =
    system.reading +
    BigInt(Math.round(Number.isFinite(system.offsetNs) ? system.offsetNs : 0)) +
    (monotonic - system.monotonic);
  return new Date(Number(corrected / 1_000_000n)).toISOString();
}
