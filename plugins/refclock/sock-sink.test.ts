import { expect } from 'chai';
import type { TimeState } from 'timehub/api';
import { decodeSock } from 'timehub/protocol/refclock';
import { createInstance, createLabHost, fakeSink, timeStateOf } from 'timehub/testing';
import sink from './sock-sink.js';

const S = 1e9;
const PATH = '/run/chrony/timehub.sock';

/** A running sink on a machine whose clock is 250 µs slow, as the hub knows, beside a chronyd that may be there. */
async function scene(table: object = {}, over: Partial<TimeState> = {}) {
  const host = createLabHost({ clock: { offsetNs: 250_000 } });
  const context = fakeSink({ id: 'sock.chrony', host, state: timeStateOf(host, over) });
  const instance = await createInstance(sink, { path: PATH, ...table }, context);
  const samples: unknown[] = [];
  const startChrony = () => {
    const socket = host.network.unixDatagram({ path: PATH });
    socket.onDatagram(({ payload }) => void samples.push(decodeSock(payload)));
    return socket;
  };
  return { context, host, instance, record: context.record, samples, startChrony };
}

describe('the sink for chronyd', () => {
  it('sends the offset that the hub knows, at each interval', async () => {
    const { host, instance, samples, startChrony, record } = await scene({ interval: '500ms' });
    startChrony();
    await instance.start();
    await host.run(2.2 * S);
    expect(samples).to.have.length(5);
    const { system, offsetNs, ...rest } = samples.at(-1) as { system: bigint; offsetNs: number };
    expect(rest).to.deep.equal({ isPulse: false, leap: 'none' });
    expect(offsetNs).to.be.closeTo(250_000, 1);
    expect(Number(host.trueTime() - system) - 0.2 * S).to.be.closeTo(250_000, 1100);
    expect(record.health).to.deep.equal([{ state: 'ok', reason: `sends samples to ${PATH}` }]);
    expect(record.metrics.samples_total).to.equal(5);
    expect(instance.inspect?.()).to.deep.equal({ socket: PATH, samples: 5 });
  });

  it('announces a leap second', async () => {
    const leap = { pending: 'insert', taiMinusUtc: 37, taiKnown: true } as const;
    const { host, instance, samples, startChrony } = await scene({}, { leap });
    startChrony();
    await instance.start();
    await host.run(0.5 * S);
    expect(samples[0]).to.deep.include({ leap: 'insert' });
  });

  it('waits for chronyd, and finds it again after its restart', async () => {
    const { host, instance, samples, startChrony, record } = await scene();
    await instance.start();
    await host.run(2.5 * S);
    expect(record.health.at(-1)).to.deep.include({ state: 'degraded' });
    expect(record.health.at(-1)?.reason).to.match(/^chronyd gets no time: no program listens/);
    const first = startChrony();
    await host.run(4.5 * S);
    expect(samples).to.have.length(2);
    expect(record.health.at(-1)?.state).to.equal('ok');
    first.close();
    await host.run(5.5 * S);
    expect(record.health.at(-1)?.state).to.equal('degraded');
    startChrony();
    await host.run(6.5 * S);
    expect(samples).to.have.length(3);
  });

  it('sends nothing while the hub has no time', async () => {
    for (const over of [{ mode: 'unsynchronised', reason: 'no source' }, { clocks: [] }] as const) {
      const { host, instance, samples, startChrony, record } = await scene({}, over as Partial<TimeState>);
      startChrony();
      await instance.start();
      await host.run(3 * S);
      expect(samples).to.deep.equal([]);
      expect(record.health.at(-1)?.reason).to.match(/^gives no time: /);
    }
  });
});
