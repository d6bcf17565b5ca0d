/**
 * Returns the columns of the plot: time, each source, upper and lower edge of the ±1σ band, the estimate. Later columns are drawn
 * above earlier ones. In the view around the estimate all values are relative to it.
 */
export function columns(history, ids, { view, spanS }) {
  const first = history.since((history.t.at(-1) ?? 0) - Number(spanS));
  const offset = history.offsetNs.slice(first);
  const sigma = history.sigmaNs.slice(first);
  const zero = view === 'deviation' ? offset : offset.map(() => 0);
  const known = (row) => offset[row] !== null && sigma[row] !== null;
  const edge = (sign) => offset.map((value, row) => (known(row) ? value - zero[row] + sign * sigma[row] : null));
  const empty = offset.map(() => null);
  return [
    history.t.slice(first),
    ...ids.map((id) =>
      (history.sources.get(id)?.slice(first) ?? empty).map((value, row) => relative(value, zero[row])),
    ),
    edge(1),
    edge(-1),
    offset.map((value, row) => relative(value, zero[row])),
  ];
}

const relative = (value, zero) => (value === null || zero === null ? null : value - zero);

/**
 * Returns the range of the y axis with a margin: the band and each source of `shown`, without their outliers, or all points if
 * `fit` is "all". Without an estimate, all sources count.
 */
export function limits([, ...lines], shown, fit = 'estimate') {
  const spread = fit === 'all' ? extent : usual;
  const band = lines.slice(shown.length, shown.length + 2).flatMap(spread);
  const dots = lines.slice(0, shown.length).filter((_, index) => shown[index] || band.length === 0);
  const ends = [...band, ...dots.flatMap(spread)];
  if (ends.length === 0) return [-1, 1];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const air = (high - low || 1) * 0.12;
  return [low - air, high + air];
}

/** An outlier lies this many interquartile ranges beyond the quartiles (Tukey's outer fence). */
const FENCE = 3;
/** Share of newest points that are never trimmed, so that present changes are visible. */
const NEWEST = 0.1;

function usual(column) {
  const known = held(column);
  const sorted = [...known].sort((a, b) => a - b);
  const quartile = (share) => sorted[Math.round((sorted.length - 1) * share)];
  const reach = FENCE * (quartile(0.75) - quartile(0.25));
  const isUsual = (value) => value >= quartile(0.25) - reach && value <= quartile(0.75) + reach;
  const newest = known.length - Math.ceil(known.length * NEWEST);
  return extent(known.filter((value, index) => index >= newest || isUsual(value)));
}

/** Weights each value by the time until the next one. Otherwise the first burst of a slow source would dominate. */
function held(column) {
  let last = null;
  return column.map((value) => (last = value ?? last)).filter((value) => value !== null);
}

function extent(column) {
  const known = column.filter((value) => value !== null);
  return known.length === 0 ? [] : [Math.min(...known), Math.max(...known)];
}
