import { isTemplate } from '../../../api/index.js';
import { nearest } from '../../errors/nearest.js';
import { showValue } from '../toml-value.js';

const DURATION_UNITS = ['s', 'ms', 'us', 'ns', 'min', 'h', 'd'] as const;
const RATE_UNITS = ['ppm', 'ppb'] as const;

/** Other spellings of units. */
const ALIASES: Readonly<Record<string, string>> = {
  sec: 's',
  secs: 's',
  second: 's',
  seconds: 's',
  msec: 'ms',
  msecs: 'ms',
  millis: 'ms',
  millisecond: 'ms',
  milliseconds: 'ms',
  usec: 'us',
  usecs: 'us',
  micros: 'us',
  microsecond: 'us',
  microseconds: 'us',
  μs: 'us',
  mus: 'us',
  nsec: 'ns',
  nsecs: 'ns',
  nanos: 'ns',
  nanosecond: 'ns',
  nanoseconds: 'ns',
  m: 'min',
  mins: 'min',
  minute: 'min',
  minutes: 'min',
  hr: 'h',
  hrs: 'h',
  hour: 'h',
  hours: 'h',
  day: 'd',
  days: 'd',
};

/** Resolves with true if the schema accepts this value in place of the refused one. */
export type Accepts = (candidate: unknown) => Promise<boolean>;

/** Resolves with a hint about the value that the operator may have meant; it suggests only values that the schema accepts. */
export async function hintFor(value: unknown, expected: string, accepts: Accepts): Promise<string | undefined> {
  const units = /^a duration\b/.test(expected) ? DURATION_UNITS : /^a rate\b/.test(expected) ? RATE_UNITS : undefined;
  const candidates = units === undefined ? otherForms(value, expected) : quantities(value, units);
  for (const candidate of candidates) {
    if (await accepts(candidate)) return `did you mean ${showValue(candidate)}?`;
  }
  if (typeof value === 'string' && isTemplate(value)) return 'is this a placeholder that was not replaced?';
  if (typeof value === 'string' && DOTTED.test(value)) return 'an IPv4 address has four numbers from 0 to 255';
  return units === undefined || hasUnit(value, units) ? undefined : `units: ${listed(units)}`;
}

const listed = (units: readonly string[]): string =>
  [...units].sort((a, b) => RANK.indexOf(a) - RANK.indexOf(b)).join(', ');
const RANK = ['ns', 'us', 'ms', 's', 'min', 'h', 'd', 'ppb', 'ppm'];

const QUANTITY = /^\s*([+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?)\s*(\p{L}*)\s*$/iu;

function hasUnit(value: unknown, units: readonly string[]): boolean {
  const unit = typeof value === 'string' ? QUANTITY.exec(value)?.[2] : undefined;
  return unit !== undefined && units.includes(unit);
}

function quantities(value: unknown, units: readonly string[]): readonly string[] {
  if (typeof value === 'number' || typeof value === 'bigint') return units.map((unit) => `${value}${unit}`);
  const [, amount, unit] = (typeof value === 'string' ? QUANTITY.exec(value) : null) ?? [];
  if (amount === undefined || unit === undefined) return [];
  const number = amount.replace(',', '.');
  if (unit === '') return units.map((each) => `${number}${each}`);
  const lower = unit.toLowerCase();
  const meant = [unit, lower, ALIASES[lower], nearest(lower, units)];
  return meant.filter((each) => each !== undefined && units.includes(each)).map((each) => `${number}${each}`);
}

/** An IPv4 address with an optional port or mask, valid or not. */
const DOTTED = /^[\d.]+\.[\d.]*(:\d+|\/\d+)?$/;

/** Returns other spellings of a name or path: without blanks, URL scheme, mask or interface suffix, or in brackets. */
const trimmed = (text: string): readonly string[] =>
  [
    text.trim(),
    text.trim().replace(/^[a-z][a-z\d+.-]*:\/\/([^/]+)\/?$/i, '$1'),
    text.trim().replace(/^file:\/\//i, ''),
    text.trim().replace(/\/\d+$/, ''),
    text.trim().replace(/@\w+$/, ''),
    text.trim().replace(/^\[?([\da-f:.]*:[\da-f:.]*)\]?$/i, '[$1]'),
  ].filter((other) => other !== text && other !== '');

function otherForms(value: unknown, expected: string): readonly unknown[] {
  if (typeof value === 'string') {
    const options = [...expected.matchAll(/"([^"]*)"/g)].map((match) => match[1]!);
    const option = nearest(value, options);
    return [
      ...(option === undefined ? [] : [option]),
      ...(/^(true|yes|on)$/i.test(value) ? [true] : /^(false|no|off)$/i.test(value) ? [false] : []),
      ...trimmed(value),
      ...(value.trim() !== '' && Number.isFinite(Number(value)) ? [Number(value)] : []),
      [value],
    ];
  }
  if (Array.isArray(value)) return value.length === 1 ? value : [];
  if (typeof value === 'object') return [];
  return [String(value), ...(value === 1 ? [true] : value === 0 ? [false] : []), [value]];
}
