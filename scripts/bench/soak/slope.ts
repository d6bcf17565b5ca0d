/** Least squares over `[x, y]` samples. */
function lineThrough(samples) {
  const n = samples.length;
  const mean = (pick) => samples.reduce((sum, sample) => sum + pick(sample), 0) / n;
  const x = mean(([x]) => x);
  const y = mean(([, y]) => y);
  const spread = samples.reduce((sum, [xi]) => sum + (xi - x) ** 2, 0);
  const slope = samples.reduce((sum, [xi, yi]) => sum + (xi - x) * (yi - y), 0) / spread;
  return { slope, at: (xi) => y + slope * (xi - x), spread };
}

/**
 * The slope of memory over time or over a count, with its standard error. Neighbouring samples of one process hang together,
 * so that the error counts `samples / blocks` of them as one (batch means).
 */
export function slopeOf(samples, blocks = 12) {
  const length = Math.max(1, Math.floor(samples.length / blocks));
  const means = [];
  for (let i = 0; i + length <= samples.length; i += length) {
    const block = samples.slice(i, i + length);
    means.push([0, 1].map((k) => block.reduce((sum, sample) => sum + sample[k], 0) / length));
  }
  const { slope, at, spread } = lineThrough(means);
  const variance = means.reduce((sum, [x, y]) => sum + (y - at(x)) ** 2, 0) / Math.max(1, means.length - 2);
  return { slope, error: Math.sqrt(variance / spread) };
}
