/**
 * Charts as SVG: panels above each other that may share an x axis. All colours have medium lightness and there is no
 * background, so the picture is legible on white and on black. Lines are thinned and rounded to tenths of a pixel.
 */

type Point = readonly [x: number, y: number];

/** A row of a stack: x, then the shares. */
export type Row = readonly number[];

export interface Axis {
  readonly label?: string;
  readonly range: readonly [low: number, high: number];
  readonly log?: boolean;
  readonly ticks?: readonly number[];
  readonly format?: (value: number) => string;
}

/** A panel whose x axis has no label shares that of the panel below it. */
export interface Panel {
  readonly title: string;
  /** Height, pixels. */
  readonly height: number;
  readonly x: Axis;
  readonly y: Axis & { readonly label: string };
  readonly marks: readonly Mark[];
}

interface PlotFrame {
  readonly top: number;
  readonly bottom: number;
  /** The lowest value of the y axis. */
  readonly lowest: number;
}

/** Maps values to pixels. */
type Projection = (x: number, y: number) => Point;

/** Entry of the legend. */
interface Key {
  readonly text: string;
  readonly colour: string;
  readonly dash?: string;
  readonly width?: number;
  readonly opacity?: number;
  readonly dot?: boolean;
}

/** A thing drawn in a panel, as SVG. */
interface Mark {
  readonly keys: readonly Key[];
  draw(at: Projection, frame: PlotFrame): string;
}

interface LineStyle {
  readonly width?: number;
  readonly dash?: string;
  readonly key?: string;
}

interface NoteStyle {
  readonly colour?: string;
  readonly anchor?: string;
  readonly dx?: number;
  readonly dy?: number;
}

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
/** Colours of a bank's weights, from the smallest to the largest hypothesis. */
export const RAMP = ['#4a5fc1', '#3987d6', '#2aa5b5', '#2fa35f', '#8fae2f', '#d9a521', '#dc7a1e', '#e05252', '#c44a9a'];

const WIDTH = 720;
const LEFT = 62;
const RIGHT = 14;
const TITLE_HEIGHT = 20;
const LEGEND_HEIGHT = 18;
/** Height of the ticks and label of an x axis, pixels. */
const AXIS_HEIGHT = 38;
const GAP = 12;
/** Largest distance of a drawn line from its data, pixels. */
const TOLERANCE = 0.7;

/** Returns the SVG. `summary` is its description for people who cannot see it. */
export function chart({
  title,
  summary,
  panels,
}: {
  readonly title: string;
  readonly summary: string;
  readonly panels: readonly Panel[];
}): string {
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

/** Draws a line. A NaN interrupts it. */
export const line = (
  points: readonly Point[],
  colour: string,
  { width = 1.5, dash = '', key = '' }: LineStyle = {},
): Mark => ({
  keys: [{ text: key, colour, dash, width }],
  draw: (at) => {
    const path = pen(points, at);
    const dashes = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
    return `<path fill="none" stroke="${colour}" stroke-width="${width}"${dashes} d="${path}"/>`;
  },
});

/** Draws the surface between two lines. */
export const band = (
  points: readonly (readonly [x: number, low: number, high: number])[],
  colour: string,
  { opacity = 0.22, key = '' } = {},
): Mark => ({
  keys: [{ text: key, colour, opacity }],
  draw: (at) => {
    const edge = (n: 1 | 2) => thin(points.map((point) => at(point[0], point[n])));
    const outline = [...edge(2), ...[...edge(1)].reverse()];
    return `<path fill="${colour}" fill-opacity="${opacity}" d="${trace(outline)}z"/>`;
  },
});

export const dots = (points: readonly Point[], colour: string, { size = 3, opacity = 0.75, key = '' } = {}): Mark => ({
  keys: [{ text: key, colour, dot: true }],
  draw: (at) => {
    let [fromX, fromY] = [0, 0];
    const path = points.map((point) => {
      const [x, y] = rounded(at(...point), Math.round);
      const move = `m${x - fromX} ${y - fromY}h0`;
      [fromX, fromY] = [x, y];
      return move;
    });
    return `<path fill="none" stroke="${colour}" stroke-opacity="${opacity}" stroke-width="${size}" stroke-linecap="round" d="${path.join('')}"/>`;
  },
});

/** Draws shares of one on top of each other. */
export const stack = (rows: readonly Row[], colours: readonly string[], keys: readonly string[]): Mark => ({
  keys: colours.map((colour, n) => ({ text: keys[n]!, colour, opacity: 0.8 })),
  draw: (at, frame) => {
    const sums = rows.map(([x = Number.NaN, ...shares]) => {
      let sum = 0;
      return { x, edges: [0, ...shares.map((share) => (sum += share))] };
    });
    return colours
      .map((colour, n) =>
        band(
          sums.map(({ x, edges }) => [x, edges[n]!, edges[n + 1]!] as const),
          colour,
          { opacity: 0.8 },
        ).draw(at, frame),
      )
      .join('\n');
  },
});

/** Draws a vertical line with a text on its right, or on its left if `side` is −1. */
export const event = (x: number, text: string, { side = 1, row = 0 } = {}): Mark => ({
  keys: [],
  draw: (at, frame) => {
    const [px] = at(x, frame.lowest);
    const y = frame.top + 12 + 14 * row;
    return `<path stroke="${COLOUR.text}" stroke-dasharray="2 3" d="M${tenth(px)} ${frame.top}V${frame.bottom}"/>${words(tenth(px) + 5 * side, y, text, side > 0 ? 'start' : 'end')}`;
  },
});

/** Draws a text in the picture. */
export const note = (
  x: number,
  y: number,
  text: string,
  { colour = COLOUR.text, anchor = 'start', dx = 0, dy = 0 }: NoteStyle = {},
): Mark => ({
  keys: [],
  draw: (at) => {
    const [px, py] = at(x, y);
    return words(tenth(px + dx), tenth(py + dy), text, anchor, colour);
  },
});

function drawPanel({ title, height, x, y, marks }: Panel, above: number): string {
  const keys = keysOf(marks);
  const top = above + TITLE_HEIGHT + (keys.length > 0 ? LEGEND_HEIGHT : 0);
  const frame = { top, bottom: top + height, lowest: y.range[0] };
  const toX = scale(x, LEFT, WIDTH - RIGHT);
  const toY = scale(y, frame.bottom, frame.top);
  const at: Projection = (vx, vy) => [toX(vx), toY(vy)];
  const clip = `c${Math.round(frame.top)}`;
  return [
    words(LEFT, above + 13, title, 'start', COLOUR.text, ' font-weight="600" font-size="13"'),
    legend(keys, above + TITLE_HEIGHT + 11),
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

const heightOf = ({ height, x, marks }: Panel): number =>
  TITLE_HEIGHT + height + (keysOf(marks).length > 0 ? LEGEND_HEIGHT : 0) + (x.label ? AXIS_HEIGHT : 0);

const keysOf = (marks: readonly Mark[]): readonly Key[] =>
  marks.flatMap(({ keys }) => keys.filter(({ text }) => text !== ''));

function legend(keys: readonly Key[], y: number): string {
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
  { label, range, log, ticks = log ? decades(range) : round(range, 5), format = plain }: Panel['y'],
  toY: (value: number) => number,
  { top, bottom }: PlotFrame,
): string {
  const middle = tenth((top + bottom) / 2);
  const grid = ticks.map((tick) => `M${LEFT} ${tenth(toY(tick))}H${WIDTH - RIGHT}`).join('');
  return [
    `<path stroke="${COLOUR.grid}" d="${grid}"/>`,
    ...ticks.map((tick) => words(LEFT - 6, tenth(toY(tick) + 4), format(tick), 'end')),
    `<text transform="rotate(-90 13 ${middle})" x="13" y="${middle}" text-anchor="middle">${quote(label)}</text>`,
  ].join('\n');
}

function xAxis(
  { label, range, log, ticks = log ? decades(range) : round(range, 8), format = plain }: Axis,
  toX: (value: number) => number,
  { top, bottom }: PlotFrame,
): string {
  const grid = `<path stroke="${COLOUR.grid}" d="${ticks.map((tick) => `M${tenth(toX(tick))} ${top}V${bottom + (label ? 4 : 0)}`).join('')}"/>`;
  if (!label) return grid;
  return [
    grid,
    ...ticks.map((tick) => words(tenth(toX(tick)), bottom + 17, format(tick), 'middle')),
    words((LEFT + WIDTH - RIGHT) / 2, bottom + 33, label, 'middle'),
  ].join('\n');
}

function scale({ range: [low, high], log }: Axis, from: number, to: number): (value: number) => number {
  if (!log) return (value) => from + ((value - low) / (high - low)) * (to - from);
  const span = Math.log(high / low);
  return (value) => from + (Math.log(Math.max(value, low / 10) / low) / span) * (to - from);
}

const decades = ([low, high]: Axis['range']): readonly number[] => {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, n) => 10 ** (first + n));
};

/** Returns about `count` round numbers in the range. */
function round([low, high]: Axis['range'], count: number): readonly number[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((candidate) => candidate >= rough * 0.99)!;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, n) => Number(((first + n) * step).toPrecision(12)));
}

/** Returns a path through the points, interrupted where they have no value. */
function pen(points: readonly Point[], at: Projection): string {
  const strokes: Point[][] = [[]];
  for (const [x, y] of points) {
    if (Number.isFinite(y)) strokes.at(-1)!.push(at(x, y));
    else if (strokes.at(-1)!.length > 0) strokes.push([]);
  }
  return strokes
    .filter(({ length }) => length > 0)
    .map((stroke) => trace(thin(stroke)))
    .join('');
}

function trace([first = [0, 0], ...rest]: readonly Point[]): string {
  const begin = rounded(first, tenth);
  let [fromX, fromY] = begin;
  const steps = rest.map((point) => {
    const [x, y] = rounded(point, tenth);
    const step = `${tenth(x - fromX)} ${tenth(y - fromY)}`;
    [fromX, fromY] = [x, y];
    return step;
  });
  return `M${begin.join(' ')}${steps.length > 0 ? `l${steps.join(' ')}` : ''}`.replaceAll(' -', '-');
}

/** Leaves out points that lie on a line through the others (Ramer, Douglas, Peucker). */
function thin(points: readonly Point[]): readonly Point[] {
  const keep = new Set([0, points.length - 1]);
  const open: Point[] = [[0, points.length - 1]];
  for (let span = open.pop(); span !== undefined; span = open.pop()) {
    const [from, to] = span;
    let [worst, most] = [TOLERANCE, -1];
    for (let n = from + 1; n < to; n++) {
      const far = distance(points[n]!, points[from]!, points[to]!);
      if (far > worst) [worst, most] = [far, n];
    }
    if (most < 0) continue;
    keep.add(most);
    open.push([from, most], [most, to]);
  }
  return points.filter((_, n) => keep.has(n));
}

function distance([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const length = Math.hypot(bx - ax, by - ay);
  return length === 0 ? Math.hypot(x - ax, y - ay) : Math.abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length;
}

const words = (x: number, y: number, text: string, anchor = 'start', colour: string = COLOUR.text, more = ''): string =>
  `<text x="${tenth(x)}" y="${tenth(y)}"${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}${colour === COLOUR.text ? '' : ` fill="${colour}"`}${more}>${quote(text)}</text>`;

const plain = (value: number): string => String(value).replace('-', '−');
const rounded = ([x, y]: Point, round: (value: number) => number): Point => [round(x), round(y)];
const tenth = (value: number): number => Math.round(value * 10) / 10;
/** Returns the approximate width of a text in a sans serif of 12 pixels, pixels. */
const textWidth = (text: string): number =>
  [...text].reduce((sum, letter) => sum + (/[iljtf.,;:' ()|]/.test(letter) ? 4.2 : 7.3), 0);
const quote = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
