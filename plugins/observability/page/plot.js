import { $, h } from './dom.js';
import { clock, signed } from './format.js';
import { Legend } from './legend.js';
import { columns, limits } from './plot-data.js';

const uPlot = window.uPlot;

/** The operator's choices and their defaults. */
const CHOICES = {
  view: { label: 'Show', options: { clock: 'clock', deviation: 'against estimate' } },
  spanS: { label: 'Span', options: { 600: '10 min', 3600: '1 h' } },
  fit: { label: 'Scale', options: { estimate: 'fit estimate', all: 'fit all' } },
};

/** The main plot: the combined estimate with its ±1σ band, the sources as dots, changes of mode and steps as marks. */
export class Plot {
  #history;
  #chosen = { view: 'clock', spanS: '3600', fit: 'estimate' };
  #hidden = new Set();
  #legend = new Legend($('legend'), (id) => this.#toggle(id));
  #plot;
  /** The sources of the present uPlot instance. */
  #made = '';
  #sources = [];
  #marks = [];

  constructor(history) {
    this.#history = history;
    $('choices').append(...Object.entries(CHOICES).map(([name, choice]) => this.#select(name, choice)));
    new ResizeObserver(() => this.#plot?.setSize(size())).observe($('plot'));
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.#made = '';
      this.#draw();
    });
  }

  show({ sources }, events) {
    // In the order of the configuration, so that a source keeps its colour.
    this.#sources = sources;
    this.#marks = events
      .filter(({ kind }) => kind === 'mode' || kind === 'clock')
      .map(({ at }) => Date.parse(at) / 1000);
    this.#draw();
  }

  #draw() {
    const ids = this.#sources.map(({ id }) => id);
    const data = columns(this.#history, ids, this.#chosen);
    if (this.#made !== ids.join() || this.#plot === undefined) this.#make(ids, data);
    ids.forEach((id, index) => {
      this.#plot.series[index + 1].show = !this.#hidden.has(id);
    });
    this.#plot.setData(data);
    this.#say(this.#plot.cursor.idx ?? data[0].length - 1);
  }

  #make(ids, data) {
    this.#plot?.destroy();
    this.#made = ids.join();
    this.#plot = new uPlot(
      options(
        ids,
        () => this.#limits(),
        () => this.#marks,
        (row) => this.#say(row),
      ),
      data,
      $('plot'),
    );
    this.#legend.make(ids.map((id, index) => ({ id, color: colorOf(index) })));
  }

  #limits() {
    const shown = this.#sources.map(
      ({ id, state }) => !this.#hidden.has(id) && (this.#chosen.fit === 'all' || state === 'combined'),
    );
    return limits(this.#plot?.data ?? [[]], shown, this.#chosen.fit);
  }

  /** Returns the legend's values of one row. */
  #say(row) {
    const data = this.#plot.data;
    const t = data[0][row];
    const at = t === undefined ? '' : clock(t);
    const [low, high] = this.#limits();
    const values = this.#sources.map(({ id }, index) => {
      const value = latest(data[index + 1], row);
      return {
        id,
        text: signed(value),
        place: value > high ? 'above' : value < low ? 'below' : 'inside',
        hidden: this.#hidden.has(id),
      };
    });
    this.#legend.show(at, signed(data.at(-1)[row]), values);
  }

  #toggle(id) {
    if (!this.#hidden.delete(id)) this.#hidden.add(id);
    this.#draw();
  }

  #select(name, { label, options }) {
    const buttons = Object.entries(options).map(([value, text]) => {
      const button = h('button', { type: 'button', 'aria-pressed': String(this.#chosen[name] === value) }, text);
      button.addEventListener('click', () => {
        this.#chosen[name] = value;
        for (const other of buttons) other.setAttribute('aria-pressed', String(other === button));
        this.#draw();
      });
      return button;
    });
    return h('div', { class: 'choice', role: 'group', 'aria-label': label }, ...buttons);
  }
}

const size = () => {
  const width = $('plot').clientWidth;
  return { width, height: Math.round(Math.min(360, Math.max(220, width * 0.4))) };
};

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const colorOf = (index) => `var(--source-${index % 8})`;

/** Returns the newest value at or before a row, because a source has no value in most rows. */
function latest(column = [], row) {
  for (let index = row; index >= 0; index--) if (column[index] !== null) return column[index];
  return undefined;
}

function options(ids, range, marks, onCursor) {
  const grid = { stroke: style('--grid'), width: 1 };
  const axis = { stroke: style('--muted'), grid, ticks: { show: false }, font: `12px ${style('--font')}` };
  const dots = ids.map((_, index) => {
    const color = `${style(`--source-${index % 8}`)}a0`;
    return {
      paths: () => null,
      points: { show: true, size: size().width < 600 ? 3 : 4, width: 0, fill: color, stroke: color },
    };
  });
  const edge = { stroke: 'transparent', points: { show: false } };
  return {
    ...size(),
    tzDate: (t) => uPlot.tzDate(new Date(t * 1000), 'Etc/UTC'),
    padding: [12, 28, 0, 0],
    legend: { show: false },
    cursor: { drag: { setScale: false }, points: { show: false }, y: false },
    scales: { y: { range } },
    axes: [
      { ...axis, values: (_, splits) => splits.map((t) => clock(t).replace(/:00$/, '')), space: 80, size: 34 },
      {
        ...axis,
        values: (_, splits) => splits.map((value) => (value === 0 ? '0' : signed(value))),
        size: 72,
        space: 36,
      },
    ],
    series: [{}, ...dots, edge, edge, { stroke: style('--estimate'), width: 1.5, points: { show: false } }],
    bands: [{ series: [ids.length + 1, ids.length + 2], fill: style('--band') }],
    hooks: {
      setCursor: [({ cursor }) => cursor.idx != null && onCursor(cursor.idx)],
      drawClear: [(plot) => drawMarks(plot, marks())],
    },
  };
}

function drawMarks({ ctx, bbox, scales, valToPos }, times) {
  ctx.save();
  ctx.strokeStyle = style('--mark');
  ctx.setLineDash([3 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.lineWidth = devicePixelRatio;
  for (const t of times.filter((one) => one >= scales.x.min && one <= scales.x.max)) {
    const x = Math.round(valToPos(t, 'x', true));
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
