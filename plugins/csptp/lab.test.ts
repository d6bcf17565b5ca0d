import { expect } from 'chai';
import type { Leg } from 'timehub/api';
import { BEHIND_NS, CLIENT, DOWN_NS, type Scene, SERVER, scene, TAI_NS, UP_NS } from './testing/scene.js';

type Legs = readonly [Leg, Leg];
const newest = ({ client }: Scene): Legs => client.source.record.handedOver.at(-1) as unknown as Legs;
/** Returns the offset that a leg shows, without the delay of its path. */
const offsets = ([outbound, inbound]: Legs): readonly number[] => [
  outbound.transitNs - UP_NS - TAI_NS,
  -(inbound.transitNs - DOWN_NS) - TAI_NS,
];

describe('our CSPTP client and our server over a link with delays', () => {
  it('find the offset to the nanosecond, whatever the clock of the server reads, and report its claims', async () => {
    const lab = scene();
    const sink = await lab.serve({ 'clock-identity': '001122.fffe.334455' });
    await lab.ask();
    await lab.pass(1);
    expect(newest(lab)).to.have.length(2);
    expect(offsets(newest(lab))).to.deep.equal([BEHIND_NS, BEHIND_NS]);
    const [outbound, inbound] = newest(lab);
    expect(outbound).to.include({ kind: 'leg', direction: 'outbound', clock: 'system', stamp: 'kernel', scale: 'tai' });
    expect(inbound).to.include({ kind: 'leg', direction: 'inbound', clock: 'system', stamp: 'kernel', scale: 'tai' });
    expect(Number(inbound.monotonic - outbound.monotonic)).to.be.closeTo(UP_NS + DOWN_NS, 1);
    expect(lab.client.source.record.claims[0]).to.include({
      synchronised: true,
      clockClass: 6,
      clockAccuracy: 0x21,
      rootDispersionNs: 100,
      stepsRemoved: 0,
      taiMinusUtc: 37,
      leap: 'none',
      traceable: true,
      reference: '001122.fffe.334455',
      address: `${SERVER}:319`,
    });
    expect(sink.inspect!()).to.include({ requests: 1, replies: 1, followups: 1, unstamped: 0 });
  });

  it('use port 319 at both ends, 320 for the Follow_Up, and no reply is longer than its request', async () => {
    const lab = scene();
    await lab.serve();
    await lab.ask();
    await lab.pass(10);
    const [request] = lab.client.sent;
    const [sync, followUp] = lab.server.sent;
    expect(request).to.deep.include({ fromPort: 319, to: { address: SERVER, port: 319 } });
    expect(sync).to.deep.include({ fromPort: 319, to: { address: CLIENT, port: 319 } });
    expect(followUp).to.deep.include({ fromPort: 320, to: { address: CLIENT, port: 320 } });
    expect(lab.server.sent).to.have.length(2 * lab.client.sent.length);
    expect([request, sync, followUp].map((sent) => sent!.payload.length)).to.deep.equal([128, 128, 44]);
    const ids = lab.client.sent.map(({ payload }) => (payload[30]! << 8) | payload[31]!);
    expect(new Set(ids).size).to.equal(ids.length);
    expect(ids.some((id, i) => i > 0 && id === ids[i - 1]! + 1)).to.equal(false);
  });

  for (const options of [{ dialect: 'org' }, { status: false }]) {
    it(`understand each other with ${JSON.stringify(options)}`, async () => {
      const lab = scene();
      await lab.serve();
      await lab.ask(options);
      await lab.pass(1);
      expect(offsets(newest(lab))).to.deep.equal([BEHIND_NS, BEHIND_NS]);
      expect(lab.client.source.record.claims[0]!.clockClass).to.equal('dialect' in options ? 6 : undefined);
    });
  }

  it('need no Follow_Up in one step', async () => {
    const lab = scene();
    await lab.serve({ steps: 'one' });
    const source = await lab.ask();
    await lab.pass(1);
    expect(offsets(newest(lab))).to.deep.equal([BEHIND_NS, BEHIND_NS]);
    expect(source.inspect!()).to.include({ steps: 1 });
    expect(lab.server.sent).to.have.length(1);
  });

  it('accept a Follow_Up that overtakes its Sync', async () => {
    const lab = scene();
    await lab.serve();
    lab.server.onSend = (port) => {
      lab.down.baseNs = port === 319 ? 9e6 : 2e6;
    };
    await lab.ask();
    await lab.pass(1);
    const [outbound, inbound] = newest(lab);
    expect(outbound.transitNs).to.equal(TAI_NS + BEHIND_NS + UP_NS);
    expect(inbound.transitNs).to.equal(9e6 - TAI_NS - BEHIND_NS);
  });

  it('miss an exchange when the server has no stamp for the Follow_Up, report it, and recover', async () => {
    const lab = scene();
    lab.serverPort.stampLoss = 1;
    const sink = await lab.serve();
    const source = await lab.ask();
    await lab.pass(10);
    expect(lab.client.source.record.handedOver).to.deep.equal([]);
    expect(lab.client.source.record.unreachable[0]).to.equal(
      `${SERVER}:319 sends no Follow_Up: a firewall blocks port 320, or the server has no transmit stamps`,
    );
    expect(lab.client.source.record.health.at(-1)!.state).to.equal('degraded');
    expect(source.inspect!().halves).to.be.above(3);
    expect(sink.inspect!().followups).to.equal(0);
    expect(sink.inspect!().unstamped).to.be.above(3);
    lab.serverPort.stampLoss = 0;
    await lab.pass(20);
    expect(offsets(newest(lab))).to.deep.equal([BEHIND_NS, BEHIND_NS]);
    expect(lab.client.source.record.health.at(-1)).to.deep.equal({ state: 'ok', reason: '' });
  });

  it('use the time before the call when the client has no stamp', async () => {
    const lab = scene();
    lab.clientPort.stampLoss = 1;
    await lab.serve();
    await lab.ask();
    await lab.pass(1);
    const [outbound, inbound] = newest(lab);
    expect(outbound.stamp).to.equal('user');
    expect(outbound.noiseFloorNs).to.be.above(10 * inbound.noiseFloorNs);
    expect(offsets(newest(lab))).to.deep.equal([BEHIND_NS, BEHIND_NS]);
  });

  it('stamp by the clocks of their network cards, and drop an exchange with only one of the two stamps', async () => {
    const lab = scene();
    await lab.serve({ stamps: 'hardware' });
    const source = await lab.ask({ stamps: 'auto' });
    await lab.pass(1);
    const [outbound, inbound] = newest(lab);
    expect(outbound).to.include({ clock: 'phc:ptp0', stamp: 'hardware', transitNs: UP_NS + 250 });
    expect(inbound).to.include({ clock: 'phc:ptp0', stamp: 'hardware', transitNs: DOWN_NS - 250 });
    lab.clientPort.stampLoss = 1;
    const before = lab.client.source.record.handedOver.length;
    await lab.pass(10);
    expect(lab.client.source.record.handedOver.length).to.equal(before);
    expect(source.inspect!().unstamped).to.be.above(3);
    expect(lab.client.source.record.unreachable[0]).to.match(
      /^the network card gives no stamp of the requests; the last reply/,
    );
  });

  it('use a random port where the client may not open PTP’s ports: the Follow_Up returns to that port', async () => {
    const lab = scene();
    lab.client.unprivileged = true;
    await lab.serve();
    const source = await lab.ask();
    await lab.pass(1);
    expect(offsets(newest(lab))).to.deep.equal([BEHIND_NS, BEHIND_NS]);
    expect(source.inspect!().asksFrom).to.be.above(1023);
    expect(lab.client.source.record.health).to.deep.equal([
      {
        state: 'ok',
        reason:
          'asks from a random port, which some servers do not answer: ports 319 and 320 need CAP_NET_BIND_SERVICE (systemd: AmbientCapabilities=)',
      },
    ]);
  });

  it('refuse time of which the server is not sure, and use it as soon as the server is', async () => {
    const lab = scene();
    lab.server.publish(lab.server.knowing({ mode: 'unsynchronised' }));
    const sink = await lab.serve();
    await lab.ask();
    await lab.pass(3);
    expect(lab.client.source.record.handedOver).to.deep.equal([]);
    expect(lab.client.source.record.claims[0]).to.include({
      ...{ synchronised: false, clockClass: 248, traceable: false },
      flaw: 'the server is not sure of its time (synchronizationUncertain)',
    });
    expect(lab.client.source.record.health).to.deep.equal([
      { state: 'degraded', reason: 'the server is not sure of its time (synchronizationUncertain)' },
    ]);
    expect(sink.inspect!()).to.include({ clockClass: 248 });
    lab.server.publish(lab.server.knowing());
    await lab.pass(3);
    expect(lab.client.source.record.claims.at(-1)).to.include({ synchronised: true, clockClass: 6 });
    expect(lab.client.source.record.health.at(-1)!.state).to.equal('ok');
  });

  it('announce and obey that TAI − UTC is not known', async () => {
    const lab = scene();
    const leap = { pending: 'none', taiMinusUtc: 37, taiKnown: false } as const;
    lab.server.publish(lab.server.knowing({ leap }));
    await lab.serve();
    await lab.ask();
    await lab.pass(1);
    expect(lab.client.source.record.handedOver).to.deep.equal([]);
    expect(lab.client.source.record.claims[0]).not.to.have.property('taiMinusUtc');
    expect(lab.client.source.record.health[0]!.reason).to.contain('keeps a timescale of its own');
  });

  it('use no worse clockClass than the operator permits', async () => {
    const lab = scene();
    lab.server.publish(lab.server.knowing({ ptp: { ...lab.server.knowing().ptp, clockClass: 52 } }));
    await lab.serve();
    await lab.ask({ 'max-clock-class': 7 });
    await lab.pass(1);
    expect(lab.client.source.record.claims[0]).to.include({ synchronised: false, clockClass: 52 });
    expect(lab.client.source.record.health[0]!.reason).to.equal(
      'the server runs on clockClass 52, and at most 7 is good enough (max-clock-class)',
    );
  });

  it('announce the source that they follow', async () => {
    const lab = scene();
    lab.server.publish(lab.server.knowing({ upstream: CLIENT }));
    await lab.serve();
    await lab.ask();
    await lab.pass(1);
    expect(lab.client.source.record.claims[0]!.parent).to.equal(CLIENT);
  });

  it('count the steps from the reference, whatever the protocol of each', async () => {
    const lab = scene();
    const { ntp, ptp } = lab.server.knowing();
    lab.server.publish(
      lab.server.knowing({ ntp: { ...ntp, stratum: 5 }, ptp: { ...ptp, clockClass: 248, timeTraceable: false } }),
    );
    await lab.serve();
    await lab.ask();
    await lab.pass(1);
    expect(lab.client.source.record.claims[0]).to.include({ clockClass: 248, stepsRemoved: 3 });
  });

  it('report the server unreachable when it stops, and continue when it starts', async () => {
    const lab = scene();
    const sink = await lab.serve();
    const source = await lab.ask();
    await lab.pass(5);
    await sink.stop();
    await lab.pass(15);
    expect(lab.client.source.record.unreachable[0]).to.match(
      /^no reply to 4 requests in \d s; the last reply came \d+ s ago$/,
    );
    await lab.serve();
    await lab.pass(10);
    expect(lab.client.source.record.health.at(-1)!.state).to.equal('ok');
    await source.stop();
    await source.stop();
    const { length } = lab.client.sent;
    await lab.pass(20);
    expect(lab.client.sent).to.have.length(length);
  });
});
