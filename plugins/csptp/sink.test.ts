import { expect } from 'chai';
import type { UdpSocket } from 'timehub/api';
import { type Question, REQUEST_OCTETS, readPart, request, type SyncPart } from 'timehub/protocol/csptp';
import sink from './sink.js';
import { CLIENT, S, SERVER, scene } from './testing/scene.js';

const QUESTION: Question = {
  sequenceId: 7,
  domain: 128,
  dialect: 'plain',
  wantStatus: true,
  wantAlternate: false,
  length: REQUEST_OCTETS,
};
const UNPADDED = request({ ...QUESTION, length: 0 });

/** Returns a server, and functions that send single requests to it. */
async function serving(options: Record<string, unknown> = {}, lab = scene()) {
  const running = await lab.serve(options);
  const socket: UdpSocket = lab.client.host.network.udp({ interface: 'eth0', port: 319 });
  const heard: Uint8Array[] = [];
  socket.onDatagram(({ payload }) => void heard.push(payload.slice()));
  const ask = async (packet = request(QUESTION)): Promise<SyncPart | undefined> => {
    heard.length = 0;
    socket.send(packet, { address: SERVER, port: 319 });
    await lab.pass(0.01);
    const part = heard[0] && readPart(heard[0]);
    return part?.kind === 'sync' ? part : undefined;
  };
  return { ...lab, running, socket, ask };
}

describe('sink.csptp', () => {
  it('announces the quality of the hub’s time, and that the hub has lost it', async () => {
    const { server, ask } = await serving({ priority1: 1, priority2: 2, 'clock-identity': '0011223344556677' });
    const first = await ask();
    expect(first!.status).to.deep.include({ priority1: 1, priority2: 2, currentUtcOffset: 37 });
    expect(first!.status).to.deep.include({ grandmaster: '0011223344556677', stepsRemoved: 0 });
    expect(first!.status!.quality).to.deep.equal({ clockClass: 6, accuracy: 0x21, variance: 0x4e5d });
    expect(first!.flags).to.include({ ptpTimescale: true, currentUtcOffsetValid: true, timeTraceable: true });
    expect(first!.flags).to.include({ synchronizationUncertain: false, leap61: false });
    const leap = { pending: 'insert', taiMinusUtc: 37, taiKnown: true } as const;
    server.publish(server.knowing({ leap, mode: 'unsynchronised' }));
    const second = await ask();
    expect(second!.status!.quality).to.deep.equal({ clockClass: 248, accuracy: 0xfe, variance: 0xffff });
    expect(second!.flags).to.include({ synchronizationUncertain: true, timeTraceable: false, leap61: true });
  });

  it('passes on the PTP grandmaster that the hub follows, one step further', async () => {
    const { server, ask } = await serving({ priority1: 1, 'clock-identity': '0011223344556677' });
    const grandmaster = {
      ...{ identity: 'aabbccfffe000001', priority1: 50, priority2: 60, timeSource: 0x20, stepsRemoved: 1, path: [] },
      ...{ clockClass: 7, clockAccuracy: 0x22, offsetScaledLogVariance: 0x4e5d },
      ...{ timeTraceable: true, frequencyTraceable: false },
    };
    const { ptp } = server.knowing({});
    server.publish(server.knowing({ ptp: { ...ptp, grandmaster } }));
    const { status, flags } = (await ask())!;
    expect(status).to.deep.include({
      priority1: 50,
      priority2: 60,
      grandmaster: grandmaster.identity,
      stepsRemoved: 2,
    });
    expect(status!.quality).to.deep.equal({ clockClass: 7, accuracy: 0x22, variance: 0x4e5d });
    expect(flags).to.include({ timeTraceable: true, frequencyTraceable: false });
  });

  it('announces the UTC offset only while the hub knows it', async () => {
    const { server, ask } = await serving();
    server.publish(server.knowing({ leap: { pending: 'insert', taiMinusUtc: 37, taiKnown: false } }));
    const { flags, status } = (await ask())!;
    expect(flags).to.include({ currentUtcOffsetValid: false, ptpTimescale: false, leap61: false });
    expect(status!.currentUtcOffset).to.equal(0);
  });

  it('with one step, writes the time of sending ahead by the time that sending takes', async () => {
    const { server, ask } = await serving({ steps: 'one' });
    server.callCostNs = 30_000n;
    for (let i = 0; i < 40; i++) await ask();
    const { twoStep, origin, requestIngress } = (await ask())!;
    expect(twoStep).to.equal(false);
    expect(Number(origin - requestIngress)).to.be.within(29_000, 30_001);
  });

  it('answers in one step where there are no transmit stamps, and reports it', async () => {
    const lab = scene('user');
    const { ask } = await serving({}, lab);
    expect((await ask())!.twoStep).to.equal(false);
    expect(lab.server.sink.record.health.at(-1)!.state).to.equal('degraded');
    expect(lab.server.sink.record.health.at(-1)!.reason).to.contain('this machine makes no transmit stamps');
  });

  it('makes its identity of the interface’s MAC address', async () => {
    const { running } = await serving();
    expect(running.inspect!().identity).to.equal('020000fffe000002');
  });

  it('announces the source that the hub follows', async () => {
    const { server, ask } = await serving();
    server.publish(server.knowing({ upstream: '192.0.2.77' }));
    expect([...(await ask())!.status!.parent.address]).to.deep.equal([192, 0, 2, 77]);
  });

  it('is silent to a request that is shorter than its answer, unless `amplify` covers the client', async () => {
    const wary = await serving();
    expect(await wary.ask(UNPADDED)).to.equal(undefined);
    expect(wary.running.inspect!()).to.include({ short: 1, ignored: 0, replies: 0 });
    const trusting = await serving({ amplify: [`${CLIENT}/32`] });
    expect((await trusting.ask(UNPADDED))!.status).not.to.equal(undefined);
  });

  it('is silent to denied clients', async () => {
    for (const options of [{ deny: ['10.0.0.0/24'] }, { allow: ['10.0.1.0/24'] }]) {
      const { running, ask } = await serving(options);
      expect(await ask()).to.equal(undefined);
      expect(running.inspect!()).to.include({ denied: 1, replies: 0 });
    }
  });

  it('limits a client to its rate', async () => {
    const { running, ask, pass } = await serving({ 'rate-limit': { interval: '1s', burst: 2 } });
    const answered: boolean[] = [];
    for (let i = 0; i < 4; i++) answered.push((await ask()) !== undefined);
    expect(answered).to.deep.equal([true, true, false, false]);
    await pass(1);
    expect(await ask()).not.to.equal(undefined);
    expect(running.inspect!()).to.include({ replies: 3, limited: 2 });
  });

  it('drops the Syncs whose stamp never comes', async () => {
    const { running, ask, pass, serverPort } = await serving();
    serverPort.stampLoss = 1;
    for (let i = 0; i < 1100; i++) await ask();
    await pass(2);
    expect(running.inspect!()).to.include({ replies: 1100, followups: 0, unstamped: 1100 });
  });

  it('ignores rubbish, answers and Follow_Ups, and answers the next request', async () => {
    const { running, ask, client } = await serving();
    for (let i = 0; i < 1000; i++) expect(await ask(client.host.random(i % 200))).to.equal(undefined);
    expect(await ask()).not.to.equal(undefined);
    expect(running.inspect!()).to.include({ requests: 1001, ignored: 1000, replies: 1 });
  });

  it('closes its ports', async () => {
    const { running, ask, serve } = await serving();
    await running.stop();
    await running.stop();
    expect(await ask()).to.equal(undefined);
    await serve();
    expect(await ask()).not.to.equal(undefined);
  });

  it('refuses to stamp by a clock that does not exist', async () => {
    const { serve } = scene();
    const failure = await serve({ stamps: 'hardware', interface: undefined }).catch((error: unknown) => error);
    expect(failure).to.have.property('code', 'TH_CSPTP_STAMPS');
  });

  for (const wrong of [
    { listen: 'localhost' },
    { listen: '[::]:65535' },
    { allow: ['10.0.0.0/33'] },
    { steps: 2 },
    { 'clock-identity': '00:11:22' },
    { 'status-id': 'ff01' },
    { 'rate-limit': { burst: 0 } },
    { threads: -1 },
    { threads: 1, stamps: 'hardware' },
    { threads: 'auto', stamps: 'hardware' },
  ]) {
    it(`refuses ${JSON.stringify(wrong)}`, async () => {
      expect((await sink.config['~standard'].validate(wrong)).issues).to.have.length.above(0);
    });
  }

  it('serves for hours', async () => {
    const lab = scene();
    const running = await lab.serve();
    await lab.ask({ 'poll-min': '64s' });
    await lab.pass(7200);
    const { requests, followups } = running.inspect!() as { readonly requests: number; readonly followups: number };
    expect(followups).to.equal(requests);
    expect(lab.client.source.record.handedOver.length).to.equal(requests);
    expect(lab.client.source.record.health).to.deep.equal([]);
    expect(lab.client.host.nowNs).to.equal(7200 * S);
  });
});
