import { expect } from 'chai';
import { FOLLOW_UP_DUMP, ONE_STEP_DUMP } from '../../src/protocol/csptp/testing/dumps.js';
import sink from './sink.js';
import source from './source.js';
import { CLIENT, S, SERVER, scene, started } from './testing/scene.js';

/** Makes a forger on the segment that sends from the server's address. */
function impostor(lab: ReturnType<typeof scene>, port = 319) {
  const socket = lab.server.host.network.udp({ interface: 'eth0', port, reuse: true, address: SERVER });
  return (payload: Uint8Array) => socket.send(payload, { address: CLIENT, port });
}

const refusedBy = (running: { inspect?(): Record<string, unknown> }) =>
  running.inspect!().refused as Readonly<Record<string, number>>;

describe('source.csptp', () => {
  it('accepts no answer that lacks the number of its request', async () => {
    const lab = scene();
    const forge = impostor(lab);
    const running = await lab.ask({ 'poll-min': '1s' });
    for (let i = 0; i < 50; i++) {
      await lab.pass(0.1);
      forge(ONE_STEP_DUMP);
      forge(FOLLOW_UP_DUMP);
    }
    await lab.pass(0.1);
    expect(lab.client.source.record.handedOver).to.deep.equal([]);
    expect(refusedBy(running)).to.include({ sequence: 98, late: 2 });
    expect(lab.client.source.record.unreachable[0]).to.match(
      /^\d+ replies came that do not answer the request \(sequenceId\): /,
    );
  });

  it('accepts no Sync at the port of Follow_Ups, which has no hardware stamps', async () => {
    const lab = scene();
    const forge = impostor(lab, 320);
    const running = await lab.ask();
    lab.client.onSend = () => {
      const answer = ONE_STEP_DUMP.slice();
      answer.set(lab.client.sent.at(-1)!.payload.subarray(30, 32), 30);
      forge(answer);
    };
    await lab.pass(3);
    expect(running.inspect!()).to.include({ replies: 0, contradictions: 0 });
    expect(refusedBy(running).stamp).to.be.above(1);
  });

  it('shares PTP’s ports with other sources and a server of its machine', async () => {
    const lab = scene();
    await lab.serve();
    await lab.ask();
    await lab.ask({ domain: 129 });
    await started(sink, lab.client.sink, { listen: `${CLIENT}:319`, interface: 'eth0', stamps: 'software' });
    await lab.pass(5);
    const ports = new Set(lab.client.sent.map(({ fromPort }) => fromPort));
    expect([...ports]).to.deep.equal([319]);
    expect(lab.client.source.record.handedOver).to.have.length(lab.client.sent.length);
  });

  it('opens another port when no reply comes, because its own address may have changed', async () => {
    const lab = scene();
    await lab.ask({ 'source-port': 'any' });
    await lab.pass(30);
    const ports = lab.client.sent.map(({ fromPort }) => fromPort);
    expect(new Set(ports.slice(0, 4)).size).to.equal(1);
    expect(new Set(ports).size).to.be.above(2);
  });

  it('accepts no answer whose times cannot be true', async () => {
    const lab = scene();
    const forge = impostor(lab);
    const running = await lab.ask();
    lab.client.onSend = () => {
      const { payload } = lab.client.sent.at(-1)!;
      const answer = ONE_STEP_DUMP.slice();
      answer.set(payload.subarray(30, 32), 30);
      // Ten seconds between request and answer, which came after a millisecond.
      answer[39]! += 10;
      forge(answer);
    };
    await lab.pass(12);
    expect(lab.client.source.record.handedOver).to.deep.equal([]);
    expect(running.inspect!().contradictions).to.be.above(3);
    expect(lab.client.source.record.unreachable[0]).to.match(
      /^10\.0\.0\.2:319 claims to have taken longer than the round trip/,
    );
  });

  it('bursts at the start, then asks as the hub advises, with 1 to 5 % of jitter', async () => {
    const lab = scene();
    await lab.serve();
    const running = await lab.ask({ 'poll-min': '16s' });
    await lab.pass(5);
    expect(lab.client.source.record.handedOver.length).to.be.at.least(3);
    await lab.pass(200);
    const times = lab.client.source.record.handedOver.slice(-4).map(([leg]) => Number(leg!.monotonic) / S);
    for (let i = 1; i < times.length; i++) expect(times[i]! - times[i - 1]!).to.be.within(16.1, 16.9);
    expect(running.inspect!()).to.include({ reach: 8, reachRegister: '377', pollIntervalS: 16 });
  });

  it('looks the name up, and again when the address stops answering', async () => {
    const lab = scene();
    const { fabric } = lab.client.host;
    fabric.names.set('time.example', ['10.0.0.99']);
    await lab.serve();
    await lab.ask({ address: 'time.example' });
    await lab.pass(10);
    expect(lab.client.source.record.handedOver).to.deep.equal([]);
    fabric.names.set('time.example', [SERVER]);
    await lab.pass(20);
    expect(lab.client.source.record.handedOver).not.to.deep.equal([]);
    expect(lab.client.source.record.health.at(-1)).to.deep.equal({ state: 'ok', reason: '' });
  });

  it('reports why a name cannot be looked up', async () => {
    const lab = scene();
    await lab.ask({ address: 'nowhere.example' });
    await lab.pass(1);
    expect(lab.client.source.record.unreachable).to.deep.equal(['the name nowhere.example is not known']);
  });

  for (const wrong of [
    {},
    { address: 'time.example:65535' },
    { address: 'a b' },
    { address: SERVER, domain: 0 },
    { address: SERVER, dialect: 'flash' },
    { address: SERVER, 'poll-min': '8s', 'poll-max': '4s' },
    { address: SERVER, 'max-clock-class': 255 },
    { address: SERVER, timescale: 'gps' },
  ]) {
    it(`refuses ${JSON.stringify(wrong)}`, async () => {
      expect((await source.config['~standard'].validate(wrong)).issues).to.have.length.above(0);
    });
  }
});
