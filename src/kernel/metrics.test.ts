import { expect } from 'chai';
import { MetricStore } from './metrics.js';

const valuesOf = (store: MetricStore, name: string) => store.samples().find((sample) => sample.name === name)?.values;

describe('the metrics', () => {
  it('of an instance carry its id, and what labels it gives', () => {
    const store = new MetricStore();
    for (const id of ['ptp.a', 'ptp.b']) {
      store.of('sink', 'ptp', id).counter('messages_total', 'Messages.', { type: 'sync' })(2);
      store.of('sink', 'ptp', id).counter('messages_total', 'Messages.', { type: 'announce' });
    }
    store.of('sink', 'ptp', 'ptp.a').counter('messages_total', 'Messages.', { type: 'sync' })();
    expect(valuesOf(store, 'timehub_sink_ptp_messages_total')).to.deep.equal([
      { labels: { type: 'sync', id: 'ptp.a' }, value: 3 },
      { labels: { type: 'announce', id: 'ptp.a' }, value: 0 },
      { labels: { type: 'sync', id: 'ptp.b' }, value: 2 },
      { labels: { type: 'announce', id: 'ptp.b' }, value: 0 },
    ]);
  });

  it('are refreshed before they are read, until that is ended', () => {
    const store = new MetricStore();
    const gauge = store.of('source', 'ptp', 'ptp.up').gauge('offset_seconds', 'Offset.');
    let reads = 0;
    const undo = store.onRead(() => gauge(++reads));
    expect(valuesOf(store, 'timehub_source_ptp_offset_seconds')).to.deep.equal([
      { labels: { id: 'ptp.up' }, value: 1 },
    ]);
    undo();
    expect(valuesOf(store, 'timehub_source_ptp_offset_seconds')![0]!.value).to.equal(1);
  });

  it('of an instance have a maximum number', () => {
    const store = new MetricStore();
    for (let k = 0; k < 10_000; k++) {
      store.of('source', 'x', 'x.a').counter('peers_total', 'Peers.', { peer: `${k}` })();
      store.of('source', 'x', 'x.a').gauge('peer_seconds', 'Peers.', { peer: `${k}` })(k);
    }
    store.of('source', 'x', 'x.b').counter('peers_total', 'Peers.', { peer: 'a\x1b' })();
    store.of('source', 'x', 'x.a').counter('peers_total', 'Peers.', { peer: '1' })();
    const all = store.samples().flatMap(({ values }) => values);
    expect(all.filter(({ labels }) => labels.id === 'x.a')).to.have.length(256);
    expect(all.filter(({ labels }) => labels.id === 'x.b').map(({ labels }) => labels.peer)).to.deep.equal([
      'a\u{fffd}',
    ]);
    expect(all.find(({ labels }) => labels.peer === '1')?.value).to.equal(2);
    store.forget('x.a');
    store.of('source', 'x', 'x.a').counter('peers_total', 'Peers.', { peer: 'new' })();
    expect(
      store
        .samples()
        .flatMap(({ values }) => values)
        .some(({ labels }) => labels.peer === 'new'),
    ).to.equal(true);
  });

  it('of the hub are there before the first event, at zero', () => {
    const store = new MetricStore();
    const count = store.counter('sleeps_total', 'Sleeps.', {});
    expect(valuesOf(store, 'sleeps_total')).to.deep.equal([{ labels: {}, value: 0 }]);
    count();
    store.counter('sleeps_total', 'Sleeps.', {})();
    expect(valuesOf(store, 'sleeps_total')).to.deep.equal([{ labels: {}, value: 2 }]);
  });

  it('are gone with their instance', () => {
    const store = new MetricStore();
    store.of('sink', 'ptp', 'ptp.a').gauge('grants', 'Grants.', { type: 'sync' })(1);
    store.counter('steps_total', 'Steps.', { id: 'system', by: 'hub' })();
    store.forget('ptp.a');
    expect(store.samples().map(({ values }) => values.length)).to.deep.equal([0, 1]);
  });
});
