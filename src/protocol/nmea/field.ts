import type { Instant, Ns } from '../../api/time.js';
import { dayNumber, fullYear } from '../gnss/index.js';

const DECIMAL = /^[+-]?(?:\d{1,15}(?:\.\d*)?|\.\d+)$/;
const WHOLE = /^\d{1,9}$/;
const TIME = /^(\d\d)(\d\d)(\d\d)(?:\.(\d*))?$/;
const DATE = /^(\d\d)(\d\d)(\d\d)$/;

/** Digits of a second that are read: nanoseconds. */
const MOST_DIGITS = 9;

/** A time of day as a sentence states it. */
export interface ClockTime {
  /** UTC, ns since midnight; 86 400 e9 or more in an inserted leap second. */
  readonly timeOfDayNs: Ns;
  /** Unit of its last digit, ns; 1 where there are more than nine digits. */
  readonly resolutionNs: Ns;
}

/** Returns the number of a decimal field; undefined if it is empty or no number. */
export function decimal(field: string | undefined): number | undefined {
  return field !== undefined && DECIMAL.test(field) ? Number(field) : undefined;
}

/** Returns the number of a field of digits; undefined if it is empty or anything else. */
export function whole(field: string | undefined): number | undefined {
  return field !== undefined && WHOLE.test(field) ? Number(field) : undefined;
}

/** Reads `hhmmss` with any number of decimals. The second 60 exists at 23:59 only (ITU-R TF.460-6). */
export function clockTime(field: string | undefined): ClockTime | undefined {
  const match = TIME.exec(field ?? '');
  if (match === null) return undefined;
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (hour > 23 || minute > 59 || second > 60 || (second === 60 && (hour !== 23 || minute !== 59))) return undefined;
  const digits = (match[4] ?? '').slice(0, MOST_DIGITS);
  const fraction = Number(digits.padEnd(MOST_DIGITS, '0'));
  return {
    timeOfDayNs: ((hour * 60 + minute) * 60 + second) * 1e9 + fraction,
    resolutionNs: 10 ** (MOST_DIGITS - digits.length),
  };
}

/** Reads `ddmmyy`. Returns days since 1970-01-01; the year is one of the 80 around `reference`. */
export function shortDate(field: string | undefined, reference: Instant): number | undefined {
  const match = DATE.exec(field ?? '');
  if (match === null) return undefined;
  const year = fullYear(Number(match[3]), reference);
  return year === undefined ? undefined : dayNumber(year, Number(match[2]), Number(match[1]));
}
