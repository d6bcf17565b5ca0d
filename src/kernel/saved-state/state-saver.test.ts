import { expect } from 'chai';
import { type Instant, NS_PER_S } from '../../api/index.js';
import { createLabHost } from '../../lab/host.js';
import type { Learnt, Recalled, StateStore } from './state-file.js';
import { StateSaver } from './state-saver.js';

const S = NS_PER_S;
const CLOCK = { clock: 'system', frequencyPpb: 1, sigmaPpb: 1, wanders: [] } as const;
const LEARNT: Learnt = { memory: { clocks: [CLOCK], tracks: [] }, utc: 7n };
const NOTHING_YET: Learnt = { memory: { clocks: [], tracks: [] }, utc: 7n };

interface Written {
  readonly atS: number;
  readonly learnt: Learnt | undefined;
  readonly keepsakes: Recalled['keepsakes'];
}

function setUp({ learnt = undefined as Learnt | undefined, left = {} as Recalled['keepsakes'] } = {}) {
  const host = createLabHost();
  const written: Written[] = [];
  const store: StateStore = {
    recall: async (_utc: Instant) => ({ memory: undefined, keepsakes: left }),
    keep: async (known, keepsakes) => {
      written.push({ atS: host.nowNs / S, learnt: known, keepsakes });
    },
    note: '',
  };
  let known = learnt;
  const learn = () => {
    known = LEARNT;
  };
  const keeper = new StateSaver({ host, store, learnt: () => known });
  return { host, keeper, written, learn, timesS: () => written.map(({ atS }) => Math.round(atS)) };
}

const errorOf = (work: () => void): { code?: string; message?: string; hint?: string } => {
  try {
    work();
  } catch (error) {
    return error as object;
  }
  return {};
};

describe('what an instance leaves behind', () => {
  it('is written soon, together with what others leave, and then at most twice a minute', async () => {
    const { host, keeper, written, timesS } = setUp();
    await keeper.recall(0n);
    await host.run(10 * S);
    keeper.keepsakes.keep('ptp.a', 1);
    keeper.keepsakes.keep('ptp.b', 1);
    await host.run(20 * S);
    expect(timesS()).to.deep.equal([11]);
    expect(written[0]!.keepsakes).to.deep.equal({ 'ptp.a': 1, 'ptp.b': 1 });
    for (let second = 20; second < 110; second++) {
      keeper.keepsakes.keep('ptp.a', second);
      await host.run(second * S);
    }
    expect(timesS()).to.deep.equal([11, 41, 71, 101]);
  });

  it('is not written again when it is the same', async () => {
    const { host, keeper, timesS } = setUp({ left: { 'ptp.a': { x: 1, y: [2] } } });
    await keeper.recall(0n);
    keeper.keepsakes.keep('ptp.a', { x: 1, y: [2] });
    await host.run(300 * S);
    expect(timesS()).to.deep.equal([]);
  });

  it('is there at the end too, however late it was said', async () => {
    const { keeper, written } = setUp({ learnt: LEARNT });
    await keeper.recall(0n);
    await keeper.keep();
    keeper.keepsakes.keep('ptp.a', 2);
    await keeper.stop();
    expect(written.map(({ keepsakes }) => keepsakes)).to.deep.equal([{}, { 'ptp.a': 2 }]);
    await keeper.stop();
    expect(written).to.have.lengthOf(2);
  });

  it('goes with what was learnt, first after half a minute, in the end every ten minutes', async () => {
    const { host, keeper, written, timesS } = setUp({ learnt: LEARNT });
    await keeper.recall(0n);
    await host.run(2700 * S);
    expect(timesS()).to.deep.equal([30, 90, 210, 450, 930, 1530, 2130]);
    expect(written[0]!.learnt).to.equal(LEARNT);
  });

  it('goes within a minute of the moment when something is known, however late that is', async () => {
    const { host, keeper, timesS, learn } = setUp({ learnt: NOTHING_YET });
    await keeper.recall(0n);
    await host.run(1000 * S);
    expect(timesS()).to.deep.equal([]);
    learn();
    await host.run(1060 * S);
    expect(timesS()).to.have.length(1);
  });

  it('goes within a minute of the moment when the hub begins to track, though it was saved before', async () => {
    const { host, keeper, timesS } = setUp({ learnt: LEARNT });
    await keeper.recall(0n);
    await host.run(2000 * S);
    keeper.noteMode('tracking');
    await host.run(2060 * S);
    expect(timesS().filter((at) => at > 2000)).to.deep.equal([2030]);
  });

  it('goes soon after a reload, and many reloads make it no more often than twice a minute', async () => {
    const { host, keeper, timesS } = setUp({ learnt: LEARNT });
    await keeper.recall(0n);
    await host.run(1000 * S);
    for (let second = 1000; second < 1100; second++) {
      keeper.reloaded();
      await host.run(second * S);
    }
    expect(timesS().filter((at) => at >= 1000)).to.deep.equal([1001, 1031, 1061, 1091]);
  });

  it('outlives runs without its instance', async () => {
    const { keeper, written } = setUp({ left: { 'ptp.gone': { delayNs: 5 } } });
    await keeper.recall(0n);
    keeper.keepsakes.keep('ptp.a', 1);
    await keeper.stop();
    expect(written[0]!.keepsakes).to.deep.equal({ 'ptp.gone': { delayNs: 5 }, 'ptp.a': 1 });
    expect(keeper.keepsakes.of('ptp.gone')).to.deep.equal({ delayNs: 5 });
  });

  it('is nobody else’s to change, and can be taken back', () => {
    const { keepsakes } = setUp().keeper;
    const value = { list: [1] };
    keepsakes.keep('ptp.a', value);
    value.list.push(2);
    (keepsakes.of('ptp.a') as typeof value).list.push(3);
    expect(keepsakes.of('ptp.a')).to.deep.equal({ list: [1] });
    keepsakes.keep('ptp.a', undefined);
    expect(keepsakes.of('ptp.a')).to.equal(undefined);
    expect(keepsakes.all()).to.deep.equal({});
  });

  it('is refused when it is too large or no JSON, and what was there stays', () => {
    const { keepsakes } = setUp().keeper;
    keepsakes.keep('ptp.a', 1);
    const large = errorOf(() => keepsakes.keep('ptp.a', 'é'.repeat(2048)));
    expect(large).to.deep.include({ code: 'TH_PLUGIN_REMEMBER', hint: '4096 octets of JSON at most' });
    expect(large.message).to.equal('what ptp.a wants to be kept has 4098 octets');
    expect(errorOf(() => keepsakes.keep('ptp.a', 1n)).code).to.equal('TH_PLUGIN_REMEMBER');
    expect(errorOf(() => keepsakes.keep('ptp.a', () => 1)).code).to.equal('TH_PLUGIN_REMEMBER');
    expect(keepsakes.of('ptp.a')).to.equal(1);
  });

  it('does not grow without end', () => {
    const { keepsakes } = setUp().keeper;
    for (let i = 0; i < 1000; i++) keepsakes.keep(`ptp.${i}`, i);
    expect(keepsakes.size).to.equal(256);
    expect(keepsakes.of('ptp.999')).to.equal(999);
  });
});
