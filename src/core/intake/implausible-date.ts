import type { Instant, Ns, Observation } from '../../api/index.js';
import type { Clock } from '../clocks/clock.js';

const NS_PER_MS = 1_000_000n;
const DAY_NS = 86_400_000_000_000n;
/** 1024 weeks, the era of a GPS week number (IS-GPS-200 §20.3.3.3.1.1): the error of a receiver that assumes the next one. */
const FARTHEST_AHEAD_NS = 1024n * 7n * DAY_NS;
/** 2036-02-07T06:28:16Z: NTP's seconds begin again with zero (RFC 5905 §6). */
const NTP_ZERO: Instant = 2_085_978_496_000_000_000n;
/** Longest uptime of a server that was never set and so counts from zero. */
const NTP_UPTIME_NS = 30n * DAY_NS;
/** The machine's own clock proves that it is not 2036 yet if it is at least this far from it. */
const NTP_MARGIN_NS = 366n * DAY_NS;
/** 9999-12-31, the last day that a date of four digits has. */
const LAST_DAY: Instant = 253_402_214_400_000_000_000n;

/**
 * Returns why the date of an observation cannot be today's, as a clause after the source's name; undefined if it can be. A date
 * before `builtAt` has passed. A date more than an era of GPS weeks later is accepted only if this machine's clock agrees, and
 * the date of NTP's zero only if this machine's clock is not far before it. Also undefined while no reading of `clock` is
 * known, and for an observation without a date.
 */
export function implausibleDate(
  observation: Observation,
  clock: Clock | undefined,
  builtAt: Instant,
): string | undefined {
  const offsetNs = statedOffsetNs(observation);
  if (offsetNs === undefined || !Number.isFinite(offsetNs) || clock?.reading === undefined) return undefined;
  const { time, monotonic } = clock.reading;
  const local = time + (observation.monotonic - monotonic);
  const date = local + BigInt(Math.round(offsetNs));
  const built = `this program was built (${formatDay(builtAt)})`;
  if (date < builtAt) return `has the date ${formatDay(date)}, before ${built}: refused`;
  const isFromZero = date >= NTP_ZERO && date - NTP_ZERO < NTP_UPTIME_NS;
  if (isFromZero && local >= builtAt && NTP_ZERO - local > NTP_MARGIN_NS)
    return `has the date ${formatDay(date)}, where NTP's seconds begin with zero, and this machine's clock is at ${formatDay(local)}: it was never set, refused`;
  const isConfirmed = date - local < DAY_NS && local - date < DAY_NS;
  if (date <= builtAt + FARTHEST_AHEAD_NS || isConfirmed) return undefined;
  return `has the date ${formatDay(date)}, more than 1024 weeks after ${built}, and this machine's clock is at ${formatDay(local)}: refused`;
}

/** Returns reference − clock by the observation alone, network delay included; undefined if it numbers no second. */
function statedOffsetNs(observation: Observation): Ns | undefined {
  switch (observation.kind) {
    case 'leg':
      return observation.direction === 'outbound' ? observation.transitNs : -observation.transitNs;
    case 'reading':
      return observation.versus === undefined ? observation.offsetNs : undefined;
    default:
      return undefined;
  }
}

/** Returns a date such as `2026-11-21`. */
function formatDay(instant: Instant): string {
  const within = instant < -LAST_DAY ? -LAST_DAY : instant > LAST_DAY ? LAST_DAY : instant;
  return new Date(Number(within / NS_PER_MS)).toISOString().replace(/T.*$/, '');
}
