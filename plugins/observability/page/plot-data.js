/**
 * The columns of the plot: time, each source, upper and lower edge of the ±1σ band, the estimate: what comes later is
 * drawn above. Around the estimate, all but time is taken relative to it.
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
 * The range of the y axis: the band, and the middle 98 % of each source of `shown`, with a little air. Without an
 * estimate, all sources count.
 */
export function limits([, ...lines], shown) {
  const band = lines.slice(shown.length, shown.length + 2).flatMap((edge) => spread(edge, 1));
  const dots = lines.slice(0, shown.length).filter((_, index) => shown[index] || band.length === 0);
  const ends = [...band, ...dots.flatMap((column) => spread(column, 0.98))];
  if (ends.length === 0) return [-1, 1];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const air = (high - low || 1) * 0.12;
  return [low - air, high + air];
}

function spread(column, share) {
  const sorted = column.filter((value) => value !== null).sort((a, b) => a - b);
  if (sorted.length === 0) return [];
  const cut = Math.floor((sorted.length * (1 - share)) / 2);
  return [sorted[cut], sorted[sorted.length - 1 - cut]];
}
