import type { Instant } from '../../api/time.js';

const ISO_8601 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?Z$/;

/** `2026-11-21T10:00:00.000Z` as an instant; undefined when it is not such a text. */
export function parseUtc(text: string): Instant | undefined {
  const match = ISO_8601.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return undefined;
  const seconds = ((daysSince1970(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
  return BigInt(seconds) * 1_000_000_000n + BigInt((match[7] ?? '').padEnd(9, '0'));
}

/** `2026-11-21`, for a person. A receiver may state any instant: the time this takes does not depend on it. */
export function formatDay(instant: Instant): string {
  const { year, month, day } = dateOf(Number(instant / 86_400_000_000_000n));
  return [year, month, day].map((part) => String(part).padStart(2, '0')).join('-');
}

const DAYS_IN_400_YEARS = 146_097;

/** The reverse of `daysSince1970`: years begin in March, 400 of them always have the same number of days. */
function dateOf(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const era = Math.floor((days + DAYS_TO_1970) / DAYS_IN_400_YEARS);
  const day = days + DAYS_TO_1970 - era * DAYS_IN_400_YEARS;
  const leapDays = Math.floor(day / 1460) - Math.floor(day / 36_524) + Math.floor(day / 146_096);
  const year = Math.floor((day - leapDays) / 365);
  const dayOfYear = day - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = ((fromMarch + 2) % 12) + 1;
  return {
    year: 400 * era + year + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
  };
}

/** From 0000-03-01. */
const DAYS_TO_1970 = 719_468;

/** Proleptic Gregorian calendar, counted in years that begin in March so that the leap day comes last. */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - DAYS_TO_1970;
}
