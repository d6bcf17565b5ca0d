/** Formats numbers by the same rules as the command line: three digits, signs in words. */

const STEPS = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
];

const isKnown = (value) => typeof value === 'number' && Number.isFinite(value);

export function duration(ns) {
  if (!isKnown(ns)) return '–';
  const size = Math.abs(ns);
  const [scale, unit] = STEPS.find(([limit]) => size >= limit * 0.9995) ?? [1, 'ns'];
  const value = size / scale;
  const digits = value >= 99.95 || (unit === 'ns' && value >= 9.95) ? 0 : value >= 9.995 ? 1 : 2;
  const text = value.toFixed(digits).replace(/\.(\d*?)0+$/, (_, kept) => (kept === '' ? '' : `.${kept}`));
  return `${ns < 0 && Number(text) !== 0 ? '−' : ''}${text} ${unit}`;
}

export function signed(ns) {
  const text = duration(ns);
  return isKnown(ns) && ns > 0 ? `+${text}` : text;
}

/** Formats an offset, reference − clock: above zero the clock is slow. */
export const side = (ns) => (isKnown(ns) ? (ns < 0 ? 'fast' : 'slow') : '');

export const rate = (ppb) => (isKnown(ppb) ? `${(ppb / 1e3).toFixed(3).replace('-', '−')} ppm` : '–');

export const percent = (share) => (share >= 0.005 ? `${Math.round(share * 100)} %` : share > 0 ? '< 1 %' : '–');

/** Formats a duration in its two greatest units: `3 d 4 h`, `22 s`. */
export function age(seconds) {
  if (!isKnown(seconds)) return '–';
  const s = Math.max(0, Math.floor(seconds));
  if (s < 120) return `${s} s`;
  if (s < 7200) return `${Math.floor(s / 60)} min`;
  if (s < 172800) return `${Math.floor(s / 3600)} h ${pad(Math.floor(s / 60) % 60)} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor(s / 3600) % 24} h`;
}

const pad = (value) => String(value).padStart(2, '0');

/** Formats a Unix time, s, as `14:03:22`. */
export const clock = (unix) => new Date(unix * 1000).toISOString().slice(11, 19);

export const day = (unix) => new Date(unix * 1000).toISOString().slice(0, 10);
