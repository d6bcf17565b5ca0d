/** Rate offsets of 802.1AS are (ratio − 1) · 2^41 in 32 bits: ±976 ppm. */
const SCALE = 2 ** 41;
const MAX = 2 ** 31 - 1;

/** Parts per billion by which the ratio is above one. */
export const rateOffsetPpb = (scaled: number): number => (scaled / SCALE) * 1e9;

/** The nearest, held at both ends of the range. */
export const scaledRateOffset = (ppb: number): number =>
  Math.max(-MAX - 1, Math.min(MAX, Math.round((ppb / 1e9) * SCALE)));
