export type Sample = readonly [x: number, y: number];

/** Fits a line by least squares. */
function lineThrough(samples: readonly Sample[]) {
  const n = samples.length;
  const mean = (pick: (sample: Sample) => number): number => samples.reduce((sum, sample) => sum + pick(sample), 0) / n;
  const x = mean(([x]) => x);
  const y = mean(([, y]) => y);
  const spread = samples.reduce((sum, [xi]) => sum + (xi - x) ** 2, 0);
  const slope = samples.reduce((sum, [xi, yi]) => sum + (xi - x) * (yi - y), 0) / spread;
  return { slope, at: (xi: number): number => y + slope * (xi - x), spread };
}

/**
 * Returns the slope of memory over time or over a count, with its standard error. Neighbouring samples of one process are
 * correlated, so the error counts `samples / blocks` of them as one (batch means).
 */
export function slopeOf(samples: readonly Sample[], blocks = 12): { readonly slope: number; readonly error: number } {
  const length = Math.max(1, Math.floor(samples.length / blocks));
  const means: Sample[] = [];
  for (let i = 0; i + length <= samples.length; i += length) {
    const block = samples.slice(i, i + length);
    const mean = (k: 0 | 1): number => block.reduce((sum, sample) => sum + sample[k], 0) / length;
    means.push([mean(0), mean(1)]);
  }
  const { slope, at, spread } = lineThrough(means);
  const variance = means.reduce((sum, [x, y]) => sum + (y - at(x)) ** 2, 0) / Math.max(1, means.length - 2);
  return { slope, error: Math.sqrt(variance / spread) };
}
