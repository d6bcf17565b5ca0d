/**
 * Charts as SVG, written by hand: panels above each other that may share an x axis. Every colour is of medium lightness, so
 * that the picture can be read on white and on black; there is no background. Lines are thinned and rounded to tenths of a pixel.
 */

export const COLOUR = {
  text: '#7d8590',
  grid: '#7d859040',
  blue: '#3987d6',
  orange: '#dc7a1e',
  green: '#2fa35f',
  red: '#e05252',
  purple: '#a06fd8',
  grey: '#8b929c',
};
/** From timid to bold, for weights of a bank. */
export const RAMP = ['#4a5fc1', '#3987d6', '#2aa5b5', '#2fa35f', '#8fae2f', '#d9a521', '#dc7a1e', '#e05252', '#c44a9a'];

const WIDTH = 720;
const LEFT = 62;
const RIGHT = 14;
const TITLE_HEIGHT = 20;
const LEGEND_HEIGHT = 18;
/** Ticks and label of an x axis. */
const AXIS_HEIGHT = 38;
const GAP = 12;
/** A line may be this far from the data, pixels. */
const TOLERANCE = 0.7;

/**
 * `panels`: `{ title, height, x, y, marks }` with axes `{ label, range, log?, ticks?, format? }`. A panel whose x axis has no
 * label shares the one of the panel below it.
 */
export function chart({ title, summary, panels }) {
  let top = 4;
  const drawn = panels.map((panel) => {
    const body = drawPanel(panel, top);
    top += heightOf(panel) + GAP;
    return body;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top - GAP + 4}" role="img" font-family="system-ui,sans-serif" font-size="12" fill="${COLOUR.text}" stroke-linejoin="round">
<title>${quote(title)}</title>
<desc>${quote(summary)}</desc>
${drawn.join('\n')}
</svg>
`;
}

/** `points`: `[x, y]`; a NaN lifts the pen. */
export const line = (points, colour, { width = 1.5, dash = '', key = '' } = {}) => ({
  key: { text: key, colour, dash, width },
  draw: (at) => {
    const path = pen(points, at);
    const dashes = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
    return `<path fill="none" stroke="${colour}" stroke-width="${width}"${dashes} d="${path}"/>`;
  },
});

/** The surface between two lines: `points` are `[x, low, high]`. */
export const band = (points, colour, { opacity = 0.22, key = '' } = {}) => ({
  key: { text: key, colour, opacity },
  draw: (at) => {
    const edge = (n) => thin(points.map((point) => at(point[0], point[n])));
    const outline = [...edge(2), ...edge(1).reverse()];
    return `<path fill="${colour}" fill-opacity="${opacity}" d="${trace(outline)}z"/>`;
  },
});

export const dots = (points, colour, { size = 3, opacity = 0.75, key = '' } = {}) => ({
  key: { text: key, colour, dot: true },
  draw: (at) => {
    let [fromX, fromY] = [0, 0];
    const path = points.map((point) => {
      const [x, y] = at(...point).map(Math.round);
      const move = `m${x - fromX} ${y - fromY}h0`;
      [fromX, fromY] = [x, y];
      return move;
    });
    return `<path fill="none" stroke="${colour}" stroke-opacity="${opacity}" stroke-width="${size}" stroke-linecap="round" d="${path.join('')}"/>`;
  },
});

/** Shares of one, on top of each other: `rows` are `[x, share, share, …]`. */
export const stack = (rows, colours, keys) => ({
  keys: colours.map((colour, n) => ({ text: keys[n], colour, opacity: 0.8 })),
  draw: (at) => {
    const sums = rows.map(([x, ...shares]) => {
      let sum = 0;
      return [x, 0, ...shares.map((share) => (sum += share))];
    });
    return colours
      .map((colour, n) =>
        band(
          sums.map((sum) => [sum[0], sum[n + 1], sum[n + 2]]),
          colour,
          { opacity: 0.8 },
        ).draw(at),
      )
      .join('\n');
  },
});

/** A vertical mark with a word, `side` 1: right of it. */
export const event = (x, text, { side = 1, row = 0 } = {}) => ({
  draw: (at, frame) => {
    const [px] = at(x, frame.lowest);
    const y = frame.top + 12 + 14 * row;
    return `<path stroke="${COLOUR.text}" stroke-dasharray="2 3" d="M${tenth(px)} ${frame.top}V${frame.bottom}"/>${words(tenth(px) + 5 * side, y, text, side > 0 ? 'start' : 'end')}`;
  },
});

/** A word in the picture. */
export const note = (x, y, text, { colour = COLOUR.text, anchor = 'start', dx = 0, dy = 0 } = {}) => ({
  draw: (at) => {
    const [px, py] = at(x, y);
    return words(tenth(px + dx), tenth(py + dy), text, anchor, colour);
  },
});

function drawPanel(panel, top) {
  const { title, height, x, y, marks } = panel;
  const keys = keysOf(marks);
  const frame = { top: top + TITLE_HEIGHT + (keys.length > 0 ? LEGEND_HEIGHT : 0), lowest: y.range[0] };
  frame.bottom = frame.top + height;
  const toX = scale(x, LEFT, WIDTH - RIGHT);
  const toY = scale(y, frame.bottom, frame.top);
  const at = (vx, vy) => [toX(vx), toY(vy)];
  const clip = `c${Math.round(frame.top)}`;
  return [
    words(LEFT, top + 13, title, 'start', COLOUR.text, ' font-weight="600" font-size="13"'),
    legend(keys, top + TITLE_HEIGHT + 11),
    yAxis(y, toY, frame),
    xAxis(x, toX, frame),
    `<clipPath id="${clip}"><path d="M${LEFT} ${frame.top}H${WIDTH - RIGHT}V${frame.bottom}H${LEFT}z"/></clipPath>`,
    `<g clip-path="url(#${clip})">`,
    ...marks.map((mark) => mark.draw(at, frame)),
    '</g>',
  ]
    .filter((part) => part !== '')
    .join('\n');
}

const heightOf = ({ height, x, marks }) =>
  TITLE_HEIGHT + height + (keysOf(marks).length > 0 ? LEGEND_HEIGHT : 0) + (x.label ? AXIS_HEIGHT : 0);

const keysOf = (marks) => marks.flatMap(({ key, keys = [] }) => [...keys, ...(key?.text ? [key] : [])]);

function legend(keys, y) {
  let x = LEFT;
  return keys
    .map(({ text, colour, dash = '', dot, opacity, width = 1.5 }) => {
      const symbol =
        opacity !== undefined
          ? `<path fill="${colour}" fill-opacity="${opacity}" d="M${x} ${y - 9}h16v10h-16z"/>`
          : `<path stroke="${colour}" stroke-width="${dot ? 4 : Math.max(width, 1.5)}"${dot ? ' stroke-linecap="round"' : ''}${dash ? ` stroke-dasharray="${dash}"` : ''} d="M${dot ? x + 8 : x} ${y - 4}h${dot ? 0 : 16}"/>`;
      const entry = symbol + words(x + 21, y, text);
      x += 21 + textWidth(text) + 16;
      return entry;
    })
    .join('\n');
}

function yAxis(
  { label, range, log, ticks = log ? decades(range) : round(range, 5), format = plain },
  toY,
  { top, bottom },
) {
  const middle = tenth((top + bottom) / 2);
  const grid = ticks.map((tick) => `M${LEFT} ${tenth(toY(tick))}H${WIDTH - RIGHT}`).join('');
  return [
    `<path stroke="${COLOUR.grid}" d="${grid}"/>`,
    ...ticks.map((tick) => words(LEFT - 6, tenth(toY(tick) + 4), format(tick), 'end')),
    `<text transform="rotate(-90 13 ${middle})" x="13" y="${middle}" text-anchor="middle">${quote(label)}</text>`,
  ].join('\n');
}

function xAxis(
  { label, range, log, ticks = log ? decades(range) : round(range, 8), format = plain },
  toX,
  { top, bottom },
) {
  const grid = `<path stroke="${COLOUR.grid}" d="${ticks.map((tick) => `M${tenth(toX(tick))} ${top}V${bottom + (label ? 4 : 0)}`).join('')}"/>`;
  if (!label) return grid;
  return [
    grid,
    ...ticks.map((tick) => words(tenth(toX(tick)), bottom + 17, format(tick), 'middle')),
    words((LEFT + WIDTH - RIGHT) / 2, bottom + 33, label, 'middle'),
  ].join('\n');
}

function scale({ range: [low, high], log }, from, to) {
  if (!log) return (value) => from + ((value - low) / (high - low)) * (to - from);
  const span = Math.log(high / low);
  return (value) => from + (Math.log(Math.max(value, low / 10) / low) / span) * (to - from);
}

const decades = ([low, high]) => {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, n) => 10 ** (first + n));
};

/** About `count` round numbers in the range. */
function round([low, high], count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((candidate) => candidate >= rough * 0.99);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, n) => Number(((first + n) * step).toPrecision(12)));
}

/** A path through points of data, pen up where they have no value. */
function pen(points, at) {
  const strokes = [[]];
  for (const [x, y] of points) {
    if (Number.isFinite(y)) strokes.at(-1).push(at(x, y));
    else if (strokes.at(-1).length > 0) strokes.push([]);
  }
  return strokes
    .filter(({ length }) => length > 0)
    .map((stroke) => trace(thin(stroke)))
    .join('');
}

function trace([first, ...rest]) {
  let [fromX, fromY] = first.map(tenth);
  const steps = rest.map((point) => {
    const [x, y] = point.map(tenth);
    const step = `${tenth(x - fromX)} ${tenth(y - fromY)}`;
    [fromX, fromY] = [x, y];
    return step;
  });
  return `M${first.map(tenth).join(' ')}${steps.length > 0 ? `l${steps.join(' ')}` : ''}`.replaceAll(' -', '-');
}

/** Leaves out what a line through the others shows as well (Ramer, Douglas, Peucker). */
function thin(points) {
  const keep = new Set([0, points.length - 1]);
  const open = [[0, points.length - 1]];
  while (open.length > 0) {
    const [from, to] = open.pop();
    let [worst, most] = [TOLERANCE, -1];
    for (let n = from + 1; n < to; n++) {
      const far = distance(points[n], points[from], points[to]);
      if (far > worst) [worst, most] = [far, n];
    }
    if (most < 0) continue;
    keep.add(most);
    open.push([from, most], [most, to]);
  }
  return points.filter((_, n) => keep.has(n));
}

function distance([x, y], [ax, ay], [bx, by]) {
  const length = Math.hypot(bx - ax, by - ay);
  return length === 0 ? Math.hypot(x - ax, y - ay) : Math.abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length;
}

const words = (x, y, text, anchor = 'start', colour = COLOUR.text, more = '') =>
  `<text x="${tenth(x)}" y="${tenth(y)}"${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}${colour === COLOUR.text ? '' : ` fill="${colour}"`}${more}>${quote(text)}</text>`;

const plain = (value) => String(value).replace('-', '−');
const tenth = (value) => Math.round(value * 10) / 10;
/** About, in 12 pixel sans serif. */
const textWidth = (text) => [...text].reduce((sum, letter) => sum + (/[iljtf.,;:' ()|]/.test(letter) ? 4.2 : 7.3), 0);
const quote = (text) => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
