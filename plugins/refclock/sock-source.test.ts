import { expect } from 'chai';
import { encodeSock, type RefclockSample } from 'timehub/protocol/refclock';
import { createInstance, fakeSink, fakeSource } from 'timehub/testing';
import sink from './sock-sink.js';
import source from './sock-source.js';

const S = 1e9;
const PATH = '/run/chrony.ttyS0.sock';

/** A running source on a machine whose clock is 3 ms slow, and a program that sends samples to it. */
async function scene(table: object = {}) {
  const context = fakeSource({ id: 'sock.rx' });
  const { host, record } = context;
  const instance = await createInstance(source, { path: PATH, ...table }, context);
  await instance.start();
  const program = host.network.unixDatagram({});
  const reading = () => host.clock('system').read();
  const send = (over: Partial<RefclockSample> = {}): void => {
    const exact: RefclockSample = { system: reading().time, offsetNs: 3e6, isPulse: false, leap: 'none' };
    program.send(encodeSock({ ...exact, ...over }), PATH);
  };
  return { context, host, record, instance, program, send, reading };
}

describe('the source of SOCK samples', () => {
  it('reports a comparison at the moment of which the sample is', async () => {
    const { host, record, send, reading } = await scene({ precision: '2us', 'max-latency': '10us', reference: 'GPS' });
    await host.run(10 * S);
    const then = reading();
    await host.run(10.25 * S);
    send({ system: then.time });
    await host.run(11 * S);
    expect(record.observations).to.deep.equal([
      {
        ...{ kind: 'reading', clock: 'system', monotonic: then.monotonic, stamp: 'user', noiseFloorNs: 2000 },
        offsetNs: 3e6,
      },
    ]);
    expect(record.claims).to.deep.equal([
      {
        ...{ synchronised: true, stratum: 0, rootDelayNs: 0, rootDispersionNs: 0 },
        ...{ reference: 'GPS', address: PATH, biasBoundNs: 10_000 },
      },
    ]);
  });

  it('reports pulses by the edge, which they do not number', async () => {
    const { host, record, send, reading } = await scene();
    await host.run(5.4 * S);
    // The clock is slow by 400 µs: at the second of the reference it has 999.6 ms.
    const { time } = reading();
    const edge = time - (time % 1_000_000_000n) - 400_000n;
    send({ system: edge, offsetNs: 400_000, isPulse: true });
    await host.run(6 * S);
    expect(record.observations).to.have.length(1);
    expect(record.observations[0]).to.deep.include({ kind: 'pulse', edge, periodNs: 1e9, path: 'pulse' });
  });

  it('finds the edge of a pulse whose sample was taken a little later', async () => {
    const { host, record, send, reading } = await scene();
    await host.run(5.4 * S);
    const { time } = reading();
    const second = time - (time % 1_000_000_000n);
    send({ system: second + 20_000_000n, offsetNs: -50_000, isPulse: true });
    await host.run(6 * S);
    expect(record.observations[0]).to.deep.include({ edge: second + 50_000n });
  });

  it('passes on an announced leap second, and takes "none" for no statement', async () => {
    const { host, record, send } = await scene();
    for (const leap of ['none', 'insert', 'delete'] as const) {
      await host.run(host.nowNs + S);
      send({ leap });
    }
    await host.run(host.nowNs + S);
    expect(record.claims.map(({ leap }) => leap)).to.deep.equal([undefined, 'insert', 'delete']);
  });

  it('refuses what cannot be a sample, and says why', async () => {
    const { host, record, program, send, instance, reading } = await scene();
    const lastReason = () => record.health.at(-1)?.reason;
    const refused = async (act: () => void): Promise<string | undefined> => {
      await host.run(host.nowNs + 0.5 * S);
      act();
      await host.run(host.nowNs + 1.5 * S);
      return lastReason()?.replace(`a sample at ${PATH} is not used: `, '');
    };
    expect(await refused(() => program.send(new Uint8Array(24), PATH))).to.equal('it has 24 octets, not 40');
    expect(await refused(() => send({ system: reading().time + 2_000_000n }))).to.equal('its time lies 2 ms ahead');
    expect(await refused(() => send({ system: reading().time - 6_000_000_000n }))).to.equal('it is 6 s old');
    expect(await refused(() => send({ leap: 'unsynchronised' }))).to.match(/is not synchronised/);
    expect(await refused(() => send({ offsetNs: -1e18 }))).to.equal('its date has long passed');
    expect(record.handedOver).to.have.length(0);
    expect(record.metrics.refused_total).to.equal(5);
    expect(record.health.at(-1)?.state).to.equal('degraded');
    expect(record.unreachable.at(-1)).to.equal(lastReason());
    send();
    expect(await refused(() => {})).to.equal('takes samples');
    expect(instance.inspect?.()).to.deep.equal({ socket: PATH, samples: 1, lastRefusal: undefined });
  });

  it('takes one sample in 10 ms at most, and none twice', async () => {
    const { host, record, send, reading } = await scene();
    await host.run(3 * S);
    const { time } = reading();
    for (let n = 0; n < 1000; n++) send({ system: time - BigInt(n) });
    await host.run(3.005 * S);
    send();
    await host.run(3.02 * S);
    send();
    await host.run(4 * S);
    expect(record.handedOver).to.have.length(2);
    expect(record.metrics.refused_total).to.equal(1000);
  });

  it('is unreachable until the first sample, and after the last one', async () => {
    const { host, record, send } = await scene({ timeout: '5s' });
    expect(record.unreachable).to.deep.equal([`no sample has come to ${PATH} yet`]);
    send();
    await host.run(4 * S);
    expect(record.health.at(-1)).to.deep.equal({ state: 'ok', reason: 'takes samples' });
    await host.run(7 * S);
    expect(record.unreachable.at(-1)).to.equal(`no sample has come to ${PATH} for 5 s`);
  });

  it('is degraded when only samples come that are refused', async () => {
    const { host, record, program, send } = await scene({ timeout: '5s' });
    await host.run(0.5 * S);
    send();
    for (let second = 1; second < 10; second++) {
      await host.run((second + 0.5) * S);
      program.send(new Uint8Array(3), PATH);
    }
    const reason = `a sample at ${PATH} is not used: it has 3 octets, not 40`;
    expect(record.health.slice(-3)).to.deep.equal([
      { state: 'ok', reason: 'takes samples' },
      { state: 'ok', reason },
      { state: 'degraded', reason },
    ]);
    expect(record.unreachable.at(-1)).to.equal(reason);
  });

  it('takes nothing from the hub’s own sink, and others again when that has stopped', async () => {
    const { host, record, send } = await scene();
    const own = await createInstance(sink, { path: PATH }, fakeSink({ id: 'sock.own', host }));
    await own.start();
    await host.run(3.5 * S);
    expect(record.handedOver).to.have.length(0);
    expect(record.unreachable.at(-1)).to.match(/a sink of this hub gives its own time there/);
    await own.stop();
    send();
    await host.run(3.6 * S);
    expect(record.handedOver).to.have.length(1);
  });

  it('does not take a socket that is in use', async () => {
    const { host } = await scene();
    const second = await createInstance(source, { path: PATH }, fakeSource({ id: 'sock.b', host }));
    const error = await second.start().catch((reason: unknown) => reason);
    expect(error).to.have.property('code', 'TH_NET_UNIX_BUSY');
  });
});
