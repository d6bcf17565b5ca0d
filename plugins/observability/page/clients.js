import { $, h, keyed, setText } from './dom.js';
import { age } from './format.js';

/** Clients that are listed, and the time between two requests for them, ms. */
const LISTED = 10;
const EVERY_MS = 10_000;

/** Shows who asks the servers of the hub, while there are any and the page is seen. */
export function followClients() {
  void load();
  setInterval(() => document.hidden || load(), EVERY_MS);
}

async function load() {
  try {
    showClients(await (await fetch('v1/clients')).json());
  } catch {
    // The state of the connection is shown by the event stream.
  }
}

function showClients({ total, clients }) {
  $('clients-card').hidden = total === 0;
  setText($('clients-summary'), total > LISTED ? `${LISTED} of ${total}` : '');
  keyed($('clients'), clients.slice(0, LISTED), { key: ({ sink, client }) => `${sink} ${client}`, make, update });
}

const COLUMNS = ['requests', 'refused', 'every', 'last', 'mode'];

const make = ({ client, sink }) =>
  h(
    'tr',
    {},
    h('th', { scope: 'row' }, h('span', { class: 'id' }, client), h('span', { class: 'reason' }, sink)),
    ...COLUMNS.map((column) => h('td', { class: column === 'mode' ? '' : 'number', 'data-column': column })),
  );

function update(row, client) {
  const texts = textsOf(client);
  for (const cell of row.querySelectorAll('td')) setText(cell, texts[cell.dataset.column]);
}

/** Formats what a client's row shows. */
export const textsOf = ({ requests, refused, intervalS, ageS, version, authentication, interleaved }) => ({
  requests: String(requests),
  refused: refused === 0 ? '–' : String(refused),
  every: intervalS > 0 ? age(intervalS) : '–',
  last: age(ageS),
  mode: [
    version === 0 ? [] : `v${version}`,
    authentication === 'none' ? [] : authentication,
    interleaved ? 'interleaved' : [],
  ]
    .flat()
    .join(', '),
});
