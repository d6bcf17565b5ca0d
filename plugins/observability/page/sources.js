import { $, h, keyed, s, setAttribute, setText, shape } from './dom.js';
import { age, duration, percent, side, signed } from './format.js';
import { sparkline } from './sparkline.js';

const ORDER = ['combined', 'numbering', 'agrees', 'warming', 'rejected', 'unreachable', 'disabled'];

export const byRank = (a, b) =>
  ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || b.weight - a.weight || (a.id < b.id ? -1 : 1);

export function showSources({ sources }, history) {
  keyed($('sources'), [...sources].sort(byRank), {
    key: ({ id }) => id,
    make: ({ id }) => row(id),
    update: (element, source) => update(element, source, history),
  });
  setText($('sources-summary'), summary(sources));
}

function summary(sources) {
  const counts = ORDER.map((state) => [state, sources.filter((one) => one.state === state).length]);
  return counts
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`)
    .join(', ');
}

const cell = (className, label, ...children) => h('td', { class: className, 'data-label': label }, ...children);

function row(id) {
  return h(
    'tr',
    {},
    cell('state', 'State', shape('disabled'), h('span')),
    h('th', { scope: 'row' }, h('span', { class: 'id' }, id), h('span', { class: 'reason' })),
    cell('number offset', 'Offset', h('span'), h('small')),
    cell('number', 'Noise'),
    cell('number', 'Bound'),
    cell(
      'number weight',
      'Weight',
      h('span'),
      s('svg', { class: 'bar', 'aria-hidden': 'true' }, s('rect', { width: '0', height: '100%' })),
    ),
    cell('number', 'Age'),
    cell(
      'spark',
      'Last hour',
      s(
        'svg',
        { class: 'sparkline', viewBox: '0 0 100 24', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
        s('path'),
      ),
    ),
  );
}

function update(element, source, history) {
  const [state, name, offset, noise, bound, weight, heard, spark] = element.children;
  setAttribute(element, 'data-state', source.state);
  setAttribute(state.querySelector('use'), 'href', `#${source.state}`);
  setText(state.lastElementChild, source.state);
  setText(name.lastElementChild, source.reason);
  setText(offset.firstElementChild, signed(source.offsetNs));
  setText(offset.lastElementChild, side(source.offsetNs));
  setText(noise, duration(source.sigmaNs));
  setText(bound, duration(source.boundNs));
  setText(weight.firstElementChild, percent(source.weight));
  setAttribute(weight.querySelector('rect'), 'width', `${(source.weight * 100).toFixed(1)}%`);
  setText(heard, age(source.ageS));
  setAttribute(spark.querySelector('path'), 'd', sparkline(history.t, history.sources.get(source.id) ?? []));
}
