import { expect } from 'chai';
import { type Instant, NS_PER_S } from '../../api/index.js';
import { createLabHost } from '../../lab/host.js';
import type { DatedState, LoadedState, StateStore } from './state-file.js';
import { StateSaver } from './state-saver.js';

const S = NS_PER_S;
const CLOCK = { clock: 'system', frequencyPpb: 1, sigmaPpb: 1, wanders: [] } as const;
const LEARNT: DatedState = { state: { clocks: [CLOCK], tracks: [] }, utc: 7n };
const NOTHING_YET: DatedState = { state: { clocks: [], tracks: [] }, utc: 7n };

interface Written {
  readonly atS: number;
  readonly learnt: DatedState | undefined;
  readonly instances: LoadedState['instances'];
}

function setUp({ learnt = undefined as DatedState | undefined, left = {} as LoadedState['instances'] } = {}) {
  const host = createLabHost();
  const written: Written[] = [];
  const store: StateStore = {
    load: async (_utc: Instant) => ({ core: undefined, instances: left }),
    save: async (known, instances) => {
      written.push({ atS: host.nowNs / S, learnt: known, instances });
    },
    note: '',
  };
  let known = learnt;
  const learn = () => {
    known = LEARNT;
  };
  const saver = new StateSaver({ host, store, current: () => known });
  return { host, saver, written, learn, timesS: () => written.map(({ atS }) => Math.round(atS)) };
}

const errorOf = (work: () => void): { code?: string; message?: string; hint?: string } => {
  try {
    work();
  } catch (error) {
    return error as object;
  }
  return {};
};

describe('the value of an instance', () => {
  it('is saved soon, together with others, and then at most twice a minute', async () => {
    const { host, saver, written, timesS } = setUp();
    await saver.load(0n);
    await host.run(10 * S);
    saver.values.set('ptp.a', 1);
    saver.values.set('ptp.b', 1);
    await host.run(20 * S);
    expect(timesS()).to.deep.equal([11]);
    expect(written[0]!.instances).to.deep.equal({ 'ptp.a': 1, 'ptp.b': 1 });
    for (let second = 20; second < 110; second++) {
      saver.values.set('ptp.a', second);
      await host.run(second * S);
    }
    expect(timesS()).to.deep.equal([11, 41, 71, 101]);
  });

  it('is not saved again when it is the same', async () => {
    const { host, saver, timesS } = setUp({ left: { 'ptp.a': { x: 1, y: [2] } } });
    await saver.load(0n);
    saver.values.set('ptp.a', { x: 1, y: [2] });
    await host.run(300 * S);
    expect(timesS()).to.deep.equal([]);
  });

  it('is saved at the stop however new it is', async () => {
    const { saver, written } = setUp({ learnt: LEARNT });
    await saver.load(0n);
    await saver.save();
    saver.values.set('ptp.a', 2);
    await saver.stop();
    expect(written.map(({ instances }) => instances)).to.deep.equal([{}, { 'ptp.a': 2 }]);
    await saver.stop();
    expect(written).to.have.lengthOf(2);
  });

  it('is saved with the engine’s state, first after half a minute, later every ten minutes', async () => {
    const { host, saver, written, timesS } = setUp({ learnt: LEARNT });
    await saver.load(0n);
    await host.run(2700 * S);
    expect(timesS()).to.deep.equal([30, 90, 210, 450, 930, 1530, 2130]);
    expect(written[0]!.learnt).to.equal(LEARNT);
  });

  it('is saved within a minute after the engine first has a state', async () => {
    const { host, saver, timesS, learn } = setUp({ learnt: NOTHING_YET });
    await saver.load(0n);
    await host.run(1000 * S);
    expect(timesS()).to.deep.equal([]);
    learn();
    await host.run(1060 * S);
    expect(timesS()).to.have.length(1);
  });

  it('is saved within a minute after the hub begins to track', async () => {
    const { host, saver, timesS } = setUp({ learnt: LEARNT });
    await saver.load(0n);
    await host.run(2000 * S);
    saver.noteMode('tracking');
    await host.run(2060 * S);
    expect(timesS().filter((at) => at > 2000)).to.deep.equal([2030]);
  });

  it('is saved soon after a reload, at most twice a minute', async () => {
    const { host, saver, timesS } = setUp({ learnt: LEARNT });
    await saver.load(0n);
    await host.run(1000 * S);
    for (let second = 1000; second < 1100; second++) {
      saver.reloaded();
      await host.run(second * S);
    }
    expect(timesS().filter((at) => at >= 1000)).to.deep.equal([1001, 1031, 1061, 1091]);
  });

  it('stays over runs without its instance', async () => {
    const { saver, written } = setUp({ left: { 'ptp.gone': { delayNs: 5 } } });
    await saver.load(0n);
    saver.values.set('ptp.a', 1);
    await saver.stop();
    expect(written[0]!.instances).to.deep.equal({ 'ptp.gone': { delayNs: 5 }, 'ptp.a': 1 });
    expect(saver.values.get('ptp.gone')).to.deep.equal({ delayNs: 5 });
  });

  it('is a copy, and can be removed', () => {
    const { values } = setUp().saver;
    const value = { list: [1] };
    values.set('ptp.a', value);
    value.list.push(2);
    (values.get('ptp.a') as typeof value).list.push(3);
    expect(values.get('ptp.a')).to.deep.equal({ list: [1] });
    values.set('ptp.a', undefined);
    expect(values.get('ptp.a')).to.equal(undefined);
    expect(values.all()).to.deep.equal({});
  });

  it('is refused when it is too large or not JSON, and the old value stays', () => {
    const { values } = setUp().saver;
    values.set('ptp.a', 1);
    const large = errorOf(() => values.set('ptp.a', 'é'.repeat(2048)));
    expect(large).to.deep.include({ code: 'TH_PLUGIN_REMEMBER', hint: 'a value may have 4096 octets as JSON' });
    expect(large.message).to.equal('the value that ptp.a wants to keep has 4098 octets');
    expect(errorOf(() => values.set('ptp.a', 1n)).code).to.equal('TH_PLUGIN_REMEMBER');
    expect(errorOf(() => values.set('ptp.a', () => 1)).code).to.equal('TH_PLUGIN_REMEMBER');
    expect(values.get('ptp.a')).to.equal(1);
  });

  it('is one of a bounded number', () => {
    const { values } = setUp().saver;
    for (let i = 0; i < 1000; i++) values.set(`ptp.${i}`, i);
    expect(values.size).to.equal(256);
    expect(values.get('ptp.999')).to.equal(999);
  });
});
