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

  it('are refreshed before they are read, until that is undone', () => {
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
