import { HubError, type Ns } from '../../api/index.js';
import type { HostClock } from '../host.js';

/** Last time of the kernel's 63-bit count of nanoseconds since 1970: 2262-04-11. */
const LAST = (1n << 63n) - 1n;

/**
 * Refuses a step to a time that Linux cannot count: some drivers accept it and let the clock run astray (clock_settime(2),
 * timespec64_valid_settod of the kernel). Throws `TH_CLOCK_SET`.
 */
export function requireSettable(clock: Pick<HostClock, 'read'>, deltaNs: Ns): void {
  const time = clock.read().time + BigInt(Math.round(deltaNs));
  if (time >= 0n && time <= LAST) return;
  const limit = time < 0n ? 'before 1970' : 'after 2262';
  throw new HubError(
    'TH_CLOCK_SET',
    `it would show ${dateOf(time)}, and Linux sets no clock to a time ${limit}. ` +
      'Set the date of its source, take only the rate from it (a PTP source: timescale = "arb"), or set steer = false here',
  );
}

/** Returns the day of a time: the second does not matter for such an error. */
function dateOf(time: bigint): string {
  const date = new Date(Number(time / 1_000_000n));
  return Number.isNaN(date.getTime()) ? 'no date at all' : date.toISOString().slice(0, 10);
}
