import { $, h, keyed, setAttribute, setText, shape } from './dom.js';

/** A sink's state by the shape of a source in a like one. */
const SHAPES = {
  running: 'combined',
  degraded: 'warming',
  failed: 'rejected',
  refused: 'rejected',
  stopped: 'disabled',
};

export function showSinks(sinks) {
  keyed($('sinks'), sinks, { key: ({ id }) => id, make, update });
}

const make = ({ id }) =>
  h(
    'li',
    {},
    shape('disabled'),
    h('div', {}, h('span', { class: 'id' }, id), ' ', h('span', { class: 'word' }), h('span', { class: 'reason' })),
  );

function update(element, { state, reason }) {
  setAttribute(element, 'data-state', state);
  setAttribute(element.querySelector('use'), 'href', `#${SHAPES[state] ?? 'agrees'}`);
  setText(element.querySelector('.word'), state);
  setText(element.querySelector('.reason'), reason);
}
