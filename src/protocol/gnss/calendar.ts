import { BUILT_AT, type Instant } from '../../api/time.js';

const DAY_MS = 86_400_000;
export const DAY_NS = 86_400_000_000_000;

/** GPS counts weeks in ten bits (IS-GPS-200 §20.3.3.3.1.1): a receiver that guesses the era wrongly is off by this, ns. */
export const ERA_NS = 1024n * 7n * BigInt(DAY_NS);

/** 1980-01-06, the beginning of week 0. */
const GPS_EPOCH_NS = 315_964_800_000_000_000n;
const WEEK_NS = 7n * BigInt(DAY_NS);

/** Years before and after the reference that a year of two digits may mean. */
const WINDOW_YEARS = 40;

/** Returns the days since 1970-01-01; undefined if there is no such day. Years from 1900 to 9999. */
export function dayNumber(year: number, month: number, day: number): number | undefined {
  if (!(year >= 1900 && year <= 9999 && month >= 1 && month <= 12 && day >= 1)) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 ? date.getTime() / DAY_MS : undefined;
}

/**
 * Returns the year that ends in two digits, in the 80 years around `reference`. Two week rollovers back are within them.
 * Undefined: the year lies in the other 20.
 */
export function fullYear(twoDigits: number, reference: Instant = BUILT_AT): number | undefined {
  const middle = new Date(Number(reference / 1_000_000n)).getUTCFullYear();
  const first = middle - WINDOW_YEARS;
  const year = first + ((((twoDigits - first) % 100) + 100) % 100);
  return year < middle + WINDOW_YEARS ? year : undefined;
}

/** Returns the instant of a time of day, which may be negative or beyond the day. */
export const instantOf = (day: number, timeOfDayNs: number): Instant =>
  BigInt(day) * BigInt(DAY_NS) + BigInt(Math.round(timeOfDayNs));

/** Returns the day and the time of day of an instant. */
export function splitInstant(instant: Instant): { readonly day: number; readonly timeOfDayNs: number } {
  const rest = instant % BigInt(DAY_NS);
  const timeOfDayNs = Number(rest < 0n ? rest + BigInt(DAY_NS) : rest);
  return { day: Number((instant - BigInt(timeOfDayNs)) / BigInt(DAY_NS)), timeOfDayNs };
}

/** Returns the instant on the GPS timescale, ns since 1970-01-01 counted in days of 86 400 s. */
export const gpsInstant = (week: number, timeOfWeekNs: Instant): Instant =>
  GPS_EPOCH_NS + BigInt(week) * WEEK_NS + timeOfWeekNs;

/** Returns the eras of 1024 weeks to add to `time`, so that it is not before `limit`. 0: no week rollover. */
export const rolloversBefore = (time: Instant, limit: Instant): number =>
  time >= limit ? 0 : Number((limit - time + ERA_NS - 1n) / ERA_NS);
