import { $, h, keyed } from './dom.js';
import { clock, day } from './format.js';

/** Newest first. */
export function showEvents(events, now) {
  keyed($('events'), [...events].reverse(), {
    key: (event) => event.number,
    make: (event) => line(event, now),
    update: () => {},
  });
}

function line({ at, kind, id, text, code }, now) {
  const unix = Date.parse(at) / 1000;
  const when = day(unix) === day(now) ? clock(unix) : `${day(unix)} ${clock(unix)}`;
  const extra = code === undefined ? [] : [' ', h('code', { title: `timehub explain ${code}` }, code)];
  return h(
    'li',
    { 'data-kind': kind },
    h('time', { datetime: at }, when),
    h('p', {}, h('span', { class: 'id' }, id), ' ', text, ...extra),
  );
}
