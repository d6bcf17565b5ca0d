import { $, s } from './dom.js';
import { byRank } from './sources.js';

const WIDTH = 340;
const ROW = 24;
const TOP = 16;
const SOURCE_X = 104;
const HUB_X = 152;
const SINK_X = 200;
/** Number of letters that fit left and right. */
const ROOM = { end: 15, start: 20 };

let drawn = '';

/** The map: sources left, the estimate in the middle, clocks and sinks right. The width of a line is the weight. */
export function showMap({ sources, clocks, sinks }) {
  const left = [...sources].sort(byRank);
  const right = [...clocks.map(({ id, steered }) => ({ id, state: steered ? 'running' : 'observed' })), ...sinks];
  const text = JSON.stringify([
    left.map(({ id, state, weight }) => [id, state, Math.round(weight * 50)]),
    right.map(({ id, state }) => [id, state]),
  ]);
  if (text === drawn) return;
  drawn = text;
  const rows = Math.max(left.length, right.length, 2);
  const height = TOP * 2 + (rows - 1) * ROW;
  const middle = height / 2;
  const at = (index, count) => middle + (index - (count - 1) / 2) * ROW;
  const label = 'Sources on the left feed one estimate, which drives the clocks and sinks on the right';
  $('map').replaceChildren(
    s(
      'svg',
      { viewBox: `0 0 ${WIDTH} ${height}`, role: 'img', 'aria-label': label },
      ...left.map((source, index) => sourceLine(source, at(index, left.length), middle)),
      ...right.map(({ state }, index) => line(SINK_X, at(index, right.length), state, 1.5, middle)),
      ...left.map(({ id, state }, index) => node(id, state, SOURCE_X, at(index, left.length), 'end')),
      ...right.map(({ id, state }, index) => node(id, state, SINK_X, at(index, right.length), 'start')),
      s('circle', { class: 'hub', cx: HUB_X, cy: middle, r: 13 }),
      s('path', { class: 'hand', d: `M${HUB_X} ${middle - 7}v7l5 3` }),
    ),
  );
}

const sourceLine = ({ state, weight }, y, middle) =>
  line(SOURCE_X, y, state, state === 'combined' ? 1.5 + weight * 8 : 1.2, middle);

function line(x, y, state, width, middle) {
  const bend = (x + HUB_X) / 2;
  return s('path', {
    class: 'flow',
    'data-state': state,
    'stroke-width': width,
    d: `M${x} ${y}C${bend} ${y} ${bend} ${middle} ${HUB_X} ${middle}`,
  });
}

function node(id, state, x, y, anchor) {
  const gap = anchor === 'end' ? -9 : 9;
  const short = id.length > ROOM[anchor] ? `${id.slice(0, ROOM[anchor] - 1)}…` : id;
  return s(
    'g',
    { class: 'node', 'data-state': state },
    s('title', {}, `${id}: ${state}`),
    s('circle', { cx: x, cy: y, r: 3.5 }),
    s('text', { x: x + gap, y: y + 4, 'text-anchor': anchor }, short),
  );
}
