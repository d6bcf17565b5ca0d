import { expect } from 'chai';
import { type RefclockSample, SHM_OCTETS, shmKey, takeShm, writeShm } from 'timehub/protocol/refclock';
import { createInstance, createLabHost, fakeSink, fakeSource, timeStateOf } from 'timehub/testing';
import sink from './shm-sink.js';
import source from './shm-source.js';
import { openUnit } from './shm-unit.js';

const S = 1e9;
const key = (unit: number) => ({ key: shmKey(unit), octets: SHM_OCTETS, mode: 0o666 });

describe('the source of samples in shared memory', () => {
  /** A running source, and a program that writes to its unit. */
  async function scene(table: object = {}) {
    const context = fakeSource({ id: 'shm.rx' });
    const { host, record } = context;
    const instance = await createInstance(source, { unit: 2, ...table }, context);
    await instance.start();
    const { memory } = host.sharedMemory(key(2));
    const write = (over: Partial<RefclockSample> = {}): void => {
      const system = host.clock('system').read().time;
      writeShm(memory, { system, offsetNs: 4000, isPulse: false, leap: 'none', ...over }, 100);
    };
    return { host, record, instance, memory, write };
  }

  it('reports each sample once, at the moment of which it is', async () => {
    const { host, record, write, instance } = await scene({ reference: 'GPS', precision: '1ms' });
    await host.run(10.2 * S);
    const then = host.monotonic();
    write();
    await host.run(20 * S);
    expect(record.observations).to.deep.equal([
      {
        ...{ kind: 'reading', clock: 'system', monotonic: then, stamp: 'user' },
        ...{ noiseFloorNs: 1e6, offsetNs: 4000 },
      },
    ]);
    expect(record.claims[0]).to.deep.include({ reference: 'GPS', address: 'unit 2' });
    expect(instance.inspect?.()).to.deep.equal({ unit: 2, samples: 1, lastRefusal: undefined });
  });

  it('refuses what was left there before, and what is no sample', async () => {
    const { host, record, write, memory } = await scene();
    write({ system: host.clock('system').read().time - 60_000_000_000n });
    await host.run(1.5 * S);
    expect(record.health.at(-1)?.reason).to.equal('a sample at unit 2 is not used: it is 60.5 s old');
    write({ leap: 'unsynchronised' });
    await host.run(3.5 * S);
    expect(record.unreachable.at(-1)).to.match(/its clock is not synchronised/);
    write();
    new Int32Array(memory)[0] = 9;
    await host.run(5.5 * S);
    expect(record.unreachable.at(-1)).to.match(/its mode is 9/);
    expect(record.handedOver).to.have.length(0);
  });
});

describe('a source and a sink of one unit', () => {
  it('are told apart from those of others: the hub does not follow itself', async () => {
    const host = createLabHost();
    const own = await createInstance(sink, { unit: 4 }, fakeSink({ id: 'shm.own', host }));
    const context = fakeSource({ id: 'shm.rx', host });
    await (await createInstance(source, { unit: 4 }, context)).start();
    await own.start();
    await host.run(5 * S);
    expect(context.record.handedOver).to.have.length(0);
    expect(context.record.unreachable.at(-1)).to.match(/a sink of this hub gives its own time there/);
    await own.stop();
  });
});

describe('the sink to shared memory', () => {
  async function scene(unit: number) {
    const host = createLabHost({ clock: { offsetNs: 250_000 } });
    const context = fakeSink({ id: 'shm.chrony', host, state: timeStateOf(host) });
    const instance = await createInstance(sink, { unit }, context);
    await instance.start();
    return { host, context, instance, record: context.record, ...host.sharedMemory(key(unit)) };
  }

  it('writes the offset that the hub knows, each second', async () => {
    const { host, memory, record, instance } = await scene(3);
    for (let second = 1; second <= 20; second++) {
      await host.run((second - 0.5) * S);
      const sample = takeShm(memory) as RefclockSample;
      expect(sample.offsetNs).to.be.closeTo(250_000, 1);
      expect(Number(host.trueTime() - sample.system)).to.be.closeTo(0.5 * S + 250_000, 100);
    }
    expect(record.health).to.deep.equal([{ state: 'ok', reason: 'writes samples to unit 3' }]);
    expect(instance.inspect?.()).to.deep.equal({ unit: 3, samples: 20, unread: 0 });
  });

  it('says so when no program takes the samples, until one does', async () => {
    const { host, memory, record } = await scene(3);
    await host.run(17.5 * S);
    expect(record.health.at(-1)).to.deep.equal({
      ...{ state: 'degraded', reason: 'no program takes the samples of unit 3' },
    });
    takeShm(memory);
    await host.run(18.5 * S);
    expect(record.health.at(-1)?.state).to.equal('ok');
  });

  it('writes nothing while the hub has no time', async () => {
    const { host, memory, context, record } = await scene(3);
    context.publish(timeStateOf(host, { mode: 'unsynchronised', reason: 'no source' }));
    takeShm(memory);
    await host.run(5 * S);
    expect(takeShm(memory)).to.equal(undefined);
    expect(record.health.at(-1)?.reason).to.equal('gives no time: no source');
  });
});

describe('units 0 and 1 of the shared memory', () => {
  const open = (number: number, owner: number, mode: number) =>
    openUnit({ sharedMemory: () => ({ memory: new ArrayBuffer(SHM_OCTETS), owner, mode }) }, number, 1000);

  it('are used if only root or the user of the hub can write to them', () => {
    expect(open(0, 0, 0o600).byteLength).to.equal(96);
    expect(open(1, 1000, 0o644).byteLength).to.equal(96);
    expect(() => open(0, 1001, 0o600)).to.throw('it belongs to another user (uid 1001)');
    expect(() => open(1, 0, 0o660)).to.throw('other users may write to it (mode 0660)');
    expect(() => open(1, 0, 0o602))
      .to.throw('other users may write')
      .with.property('code', 'TH_SHM_OPEN');
    expect(open(2, 1001, 0o666).byteLength).to.equal(96);
  });

  it('are made for the owner alone, the others for everyone', () => {
    const modes: number[] = [];
    const sharedMemory = ({ mode }: { readonly mode: number }) => {
      modes.push(mode);
      return { memory: new ArrayBuffer(SHM_OCTETS), owner: 0, mode };
    };
    for (const number of [0, 1, 2, 7]) openUnit({ sharedMemory }, number);
    expect(modes).to.deep.equal([0o600, 0o600, 0o666, 0o666]);
  });
});
