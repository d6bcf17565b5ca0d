import type { Ns } from './time.js';

const NS_PER: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  min: 60e9,
  h: 3600e9,
  d: 86400e9,
};
const PPB_PER: Readonly<Record<string, number>> = { ppb: 1, ppm: 1e3 };
const QUANTITY = /^\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)\s*([a-zµ]+)\s*$/i;

function quantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = QUANTITY.exec(text);
  const scale = match?.[2] === undefined || !Object.hasOwn(units, match[2]) ? undefined : units[match[2]];
  return scale === undefined ? undefined : Number(match![1]) * scale;
}

/** Returns `"250us"` as 250000 ns. Units: ns, us (µs), ms, s, min, h, d. Undefined if `text` is not a duration. */
export const parseDuration = (text: string): Ns | undefined => quantity(text, NS_PER);

/** Returns `"-7.2ppm"` as −7200 ppb. Units: ppb, ppm. Undefined if `text` is not a rate. */
export const parseRate = (text: string): number | undefined => quantity(text, PPB_PER);

const STEPS: readonly (readonly [number, string])[] = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
];

/** Returns a duration for people: `412 ns`, `1.25 µs`, `41 ms`. Three significant digits; NaN is `–`. */
export function formatDuration(ns: Ns): string {
  // JSON has null for numbers that are not finite.
  if (!Number.isFinite(ns)) return Math.abs(ns) > 0 ? '∞' : '–';
  const size = Math.abs(ns);
  const [scale, unit] = STEPS.find(([limit]) => size >= limit * 0.9995) ?? [1, 'ns'];
  const value = size / scale;
  const digits = value >= 99.95 || (unit === 'ns' && value >= 9.95) ? 0 : value >= 9.995 ? 1 : 2;
  const text = value.toFixed(digits);
  const trimmed = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return `${ns < 0 && Number(trimmed) !== 0 ? '-' : ''}${trimmed} ${unit}`;
}

/** Returns a long duration for people: `41 s`, `12 min`, `3 h 10 min`, `12 d`. */
export function formatSpan(ns: Ns): string {
  const minutes = ns / 60e9;
  if (minutes < 2) return formatDuration(ns);
  if (minutes < 119.5) return `${Math.round(minutes)} min`;
  if (minutes < 48 * 60) {
    const tens = Math.round(minutes / 10);
    const rest = (tens % 6) * 10;
    return `${Math.floor(tens / 6)} h${rest === 0 ? '' : ` ${rest} min`}`;
  }
  return `${Math.round(minutes / 1440)} d`;
}

/** Returns an offset with its sign as a word: `41 ms slow` (the clock is behind the reference). */
export function formatOffset(ns: Ns): string {
  if (!Number.isFinite(ns)) return '–';
  return `${formatDuration(Math.abs(ns))} ${ns < 0 ? 'fast' : 'slow'}`;
}

/** Returns a rate for people: `-7.214 ppm`. */
export const formatRate = (ppb: number): string =>
  Number.isFinite(ppb) ? `${(ppb / 1e3).toFixed(3).replace(/^-(0\.000)$/, '$1')} ppm` : '–';
