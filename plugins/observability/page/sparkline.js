const WIDTH = 100;
const HEIGHT = 24;
const EDGE = 3;

/** Returns the path of a source's offsets over the hour, in a box of 100 × 24, minimum at the bottom. */
export function sparkline(times, values) {
  const heard = values.flatMap((value, row) => (value === null ? [] : [[times[row], value]]));
  if (heard.length < 2) return '';
  const [from, to] = [times[0], times.at(-1)];
  const column = heard.map(([, value]) => value);
  const least = Math.min(...column);
  const span = Math.max(...column) - least || 1;
  const x = (t) => ((t - from) / (to - from || 1)) * WIDTH;
  const y = (value) => HEIGHT - EDGE - ((value - least) / span) * (HEIGHT - 2 * EDGE);
  return `M${thin(heard)
    .map(([t, value]) => `${x(t).toFixed(1)} ${y(value).toFixed(1)}`)
    .join('L')}`;
}

/** Reduces the values to two points per unit of width: the minimum and the maximum. */
function thin(heard) {
  const size = Math.ceil(heard.length / WIDTH);
  if (size < 3) return heard;
  const kept = [];
  for (let start = 0; start < heard.length; start += size) {
    const bucket = heard.slice(start, start + size);
    const sorted = [...bucket].sort((a, b) => a[1] - b[1]);
    kept.push(...[sorted[0], sorted.at(-1)].sort((a, b) => a[0] - b[0]));
  }
  return kept;
}
