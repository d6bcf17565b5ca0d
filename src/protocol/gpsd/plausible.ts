import { BUILT_AT, type Instant } from '../../api/time.js';

import { formatDay } from './utc.js';

const DAY_NS = 86_400_000_000_000n;
/** GPS counts weeks in ten bits (IS-GPS-200 §20.3.3.3.1.1): a receiver that guesses the era wrongly is off by this. */
const ERA_NS = 1024n * 7n * DAY_NS;
/** Lowest GPS − UTC that is believed, s: 18 since 2017-01-01, and one less after a negative leap second. */
const LEAST_LEAP_SECONDS = 17;

/**
 * Returns why a receiver's date is wrong, or ''. `local`: the machine's clock, which may itself have lost its date, so that
 * only a difference of whole eras counts against the receiver.
 */
export function implausible(real: Instant, local: Instant): string {
  if (real < BUILT_AT) {
    const repaired = real + ERA_NS * ((BUILT_AT - real) / ERA_NS + 1n);
    return `the receiver says ${formatDay(real)}, which has long passed: its week number has rolled over (${formatDay(repaired)}?)`;
  }
  const eras = wholeEras(real - local);
  if (eras !== 0n && local >= BUILT_AT) {
    return `the receiver says ${formatDay(real)}, ${eras * 1024n} weeks from this machine's ${formatDay(local)}: its week number has rolled over`;
  }
  const alone = local < BUILT_AT || wholeDays(real - local) > 0n;
  return alone && real > BUILT_AT + ERA_NS
    ? `the receiver says ${formatDay(real)}, too far ahead to be believed alone`
    : '';
}

/** Returns why the leap second count is wrong; '' if it is plausible or unknown. */
export const implausibleLeap = (leapSeconds: number | undefined): string =>
  leapSeconds === undefined || leapSeconds >= LEAST_LEAP_SECONDS
    ? ''
    : `the receiver counts ${leapSeconds} leap seconds, fewer than there were in 2017: its UTC is off until it has heard the almanac`;

const wholeDays = (difference: bigint): bigint => (difference < 0n ? -difference : difference) / DAY_NS;

/** Returns the number of eras in a difference of whole eras ± 1 day, else 0. */
function wholeEras(difference: bigint): bigint {
  const eras = (difference + (difference < 0n ? -ERA_NS : ERA_NS) / 2n) / ERA_NS;
  const rest = difference - eras * ERA_NS;
  return wholeDays(rest) === 0n ? eras : 0n;
}
