/** Rate offsets on the wire are (ratio − 1) · 2^41 in 32 bits (802.1AS-2020 §11.4.4.3): ±976 ppm. */
const SCALE = 2 ** 41;
const MAX = 2 ** 31 - 1;

/** Returns ratio − 1 in ppb. */
export const rateOffsetPpb = (scaled: number): number => (scaled / SCALE) * 1e9;

/** Returns the nearest scaled value, limited to the range. */
export const scaledRateOffset = (ppb: number): number =>
  Math.max(-MAX - 1, Math.min(MAX, Math.round((ppb / 1e9) * SCALE)));
