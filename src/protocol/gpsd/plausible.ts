import { BUILT_AT, type Instant } from '../../api/time.js';

import { formatDay } from './utc.js';

const DAY_NS = 86_400_000_000_000n;
/** GPS counts weeks in ten bits (IS-GPS-200 §20.3.3.3.1.1): a receiver that guesses the era wrongly is off by this. */
const ERA_NS = 1024n * 7n * DAY_NS;
/** GPS − UTC since 2017-01-01. One less is left to a negative leap second, below that the receiver has an old count. */
const LEAST_LEAP_SECONDS = 17;

/**
 * Why a receiver's date cannot be believed; empty when it can. `local` is the machine's own clock: the other witness, but
 * one that may have lost its date itself, so that only a difference of whole eras counts against the receiver.
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

/** Why the leap second count cannot be right; empty when it can or is not known. */
export const implausibleLeap = (leapSeconds: number | undefined): string =>
  leapSeconds === undefined || leapSeconds >= LEAST_LEAP_SECONDS
    ? ''
    : `the receiver counts ${leapSeconds} leap seconds, fewer than there were in 2017: its UTC is off until it has heard the almanac`;

const wholeDays = (difference: bigint): bigint => (difference < 0n ? -difference : difference) / DAY_NS;

/** The number of eras, when the difference is whole eras give or take a day. */
function wholeEras(difference: bigint): bigint {
  const eras = (difference + (difference < 0n ? -ERA_NS : ERA_NS) / 2n) / ERA_NS;
  const rest = difference - eras * ERA_NS;
  return wholeDays(rest) === 0n ? eras : 0n;
}
