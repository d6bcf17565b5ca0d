import { expect } from 'chai';
import { addGpsd } from '../../src/lab/nodes/gpsd-node.js';
import type { Tables } from '../../src/lab/testing/plans.js';
import { PtpLab, type PtpLabMachine } from './testing/ptp-lab.js';

const GNSS = { 'source.gpsd.gnss': { address: '127.0.0.1:2947' } };
const BRISK = { 'sync-interval': '125ms', 'delay-interval': '125ms' };

describe('PTP in the lab', function () {
  this.timeout(30_000);
  let lab: PtpLab;
  beforeEach(() => {
    lab = new PtpLab();
  });
  afterEach(() => lab.stop());

  /** A machine with a receiver, whose clock is 2 ms fast, and one without, whose clock is 3 ms slow. */
  function two() {
    const grandmaster = lab.add({ clock: { offsetNs: -2e6, frequencyPpb: 4000, wander: 1e-9 } });
    const gpsd = addGpsd(grandmaster.host);
    const client = lab.add({ clock: { offsetNs: 3e6, frequencyPpb: -7000, wander: 1e-9 } });
    const segment = lab.segment('lan');
    return { grandmaster, client, gpsd, segment, ports: [grandmaster.plug(segment), client.plug(segment)] as const };
  }

  async function follow(grandmaster: PtpLabMachine, client: PtpLabMachine, common: object, over: Tables = {}) {
    await grandmaster.start({ ...GNSS, 'sink.ptp.lan': { interface: 'eth0', 'improve-after': '1s', ...common } });
    await lab.run(30);
    await client.start({ 'source.ptp.up': { interface: 'eth0', ...common }, ...over });
  }

  for (const [name, common] of [
    ['UDP over IPv4, end to end', { ...BRISK }],
    ['UDP over IPv6, end to end', { transport: 'udp6', ...BRISK }],
    ['UDP over IPv4, peer to peer', { delay: 'p2p', ...BRISK }],
    ['layer 2, end to end', { transport: 'ethernet', ...BRISK }],
    ['layer 2, peer to peer', { transport: 'ethernet', delay: 'p2p', 'minor-version': 0 }],
    ['hybrid (enterprise)', { profile: 'enterprise', ...BRISK }],
    ['gPTP', { profile: 'gptp' }],
    ['the automotive profile', { profile: 'automotive' }],
    ['IEC 61850-9-3', { profile: '61850-9-3' }],
    ['AES67', { profile: 'aes67', domain: 3 }],
    ['IEEE C37.238', { profile: 'c37.238' }],
    [
      'gPTP in another domain, by the common mean link delay service',
      { profile: 'gptp', domain: 2, delay: 'common-p2p' },
    ],
    ['gPTP at wished intervals', { profile: 'gptp', 'sync-interval': '31.25ms', 'announce-interval': '2s' }],
  ] as const) {
    it(`brings time from a grandmaster to a client: ${name}`, async () => {
      const { grandmaster, client } = two();
      await follow(grandmaster, client, common);
      await lab.run(60);
      const { state, reason } = client.inspect<{ state: string; reason: string }>('ptp.up');
      expect(state, reason).to.equal('slave');
      expect(Math.abs(grandmaster.mistakeNs())).to.be.below(300);
      // The error of the client is that of the grandmaster, and little more.
      expect(Math.abs(client.mistakeNs())).to.be.below(500);
      expect(client.hub!.report.state().mode).to.equal('tracking');
    });
  }

  it('exports the metrics of its ports', async () => {
    const { grandmaster, client } = two();
    await follow(grandmaster, client, BRISK);
    await lab.run(60);
    const [given, followed] = [grandmaster, client].map(({ hub }) => hub!.report.metrics());
    const read = (samples: typeof given, name: string, labels = {}) =>
      samples!
        .find((sample) => sample.name === `timehub_${name}`)
        ?.values.find((one) => Object.entries(labels).every(([key, value]) => one.labels[key] === value))?.value;
    expect(read(given, 'sink_ptp_port_state', { state: 'master' })).to.equal(1);
    expect(read(given, 'sink_ptp_port_state', { state: 'slave' })).to.equal(0);
    expect(read(given, 'sink_ptp_announced_clock_class')).to.equal(6);
    expect(read(given, 'sink_ptp_announced_accuracy_seconds')).to.be.within(1e-9, 1e-3);
    expect(read(given, 'sink_ptp_unicast_grants')).to.equal(0);
    const requests = read(given, 'sink_ptp_messages_received_total', { type: 'delay-req' })!;
    expect(requests).to.be.within(300, 600);
    expect(read(given, 'sink_ptp_messages_sent_total', { type: 'delay-resp' })).to.equal(requests);
    const rejected = given!.find(({ name }) => name === 'timehub_sink_ptp_messages_rejected_total')!.values;
    expect(rejected.filter(({ value }) => value > 0)).to.deep.equal([]);
    expect(read(followed, 'source_ptp_foreign_masters')).to.equal(1);
    expect(read(followed, 'source_ptp_unanswered_requests')).to.be.below(3);
    expect(read(followed, 'source_ptp_sync_timeouts_total')).to.equal(0);
    expect(Math.abs(read(followed, 'source_ptp_offset_from_master_seconds')!)).to.be.below(40);
    expect(read(followed, 'source_ptp_mean_delay_seconds')).to.be.within(100e-9, 10e-6);
    expect(read(followed, 'source_ptp_stamps_lost_total')).to.equal(0);
    expect(lab.machines[1]!.hub!.report.metrics()).to.deep.equal(followed);
  });

  for (const [name, common] of [
    ['UDP over IPv4, end to end', { ...BRISK }],
    ['UDP over IPv4, peer to peer', { ...BRISK, delay: 'p2p' }],
    ['gPTP', { profile: 'gptp' }],
  ] as const)
    it(`follows within 3 s a grandmaster that steps by 2 ms and 4 ppm when it gets its time: ${name}`, async () => {
      const { grandmaster, client, gpsd } = two();
      gpsd.feed.satellites = 0;
      await grandmaster.start({
        ...GNSS,
        'sink.ptp.lan': { interface: 'eth0', role: 'fixed', 'improve-after': '1s', ...common },
      });
      await client.start({ 'source.ptp.up': { interface: 'eth0', ...common } });
      await lab.run(30);
      expect(Math.abs(client.mistakeNs())).to.be.above(1e6);
      gpsd.feed.satellites = 9;
      while (Math.abs(grandmaster.mistakeNs()) > 1e6) await lab.run(1 / 64);
      // Before both directions have been measured, or three comparisons agree, the time is not known.
      await lab.run(0.4);
      for (let quarter = 0; quarter < 12; quarter++) {
        // The grandmaster itself learns its rate in its first seconds.
        expect(Math.abs(client.mistakeNs() - grandmaster.mistakeNs())).to.be.below(6000);
        await lab.run(0.25);
      }
      expect(Math.abs(client.mistakeNs())).to.be.below(client.hub!.report.state().clocks[0]!.boundNs);
      await lab.run(10);
      expect(Math.abs(client.mistakeNs())).to.be.below(1000);
      expect(client.hub!.report.state().sources[0]!.reason).to.match(/; its time jumped by -2(\.\d+)? ms at /);
    });

  for (const degraded of [52, 187] as const) {
    it(`announces 248, 6, 7, ${degraded} and 6 again as its receiver locks, is lost, and returns`, async () => {
      const { grandmaster, client, gpsd } = two();
      await grandmaster.start(
        {
          ...GNSS,
          'sink.ptp.lan': { interface: 'eth0', 'improve-after': '3s', 'degraded-class': degraded, role: 'fixed' },
        },
        20e3,
      );
      await client.start({ 'source.ptp.up': { interface: 'eth0' } });
      const heard = () => client.hub!.report.detail('ptp.up')!.claims?.clockClass;
      const announced = () => {
        const { ptp } = grandmaster.hub!.report.state();
        return ptp.clockClass;
      };
      gpsd.feed.satellites = 0;
      const cold = await lab.watch(20, heard);
      gpsd.feed.satellites = 9;
      const locked = await lab.watch(40, heard);
      gpsd.feed.satellites = 0;
      const lost = await lab.watch(1800, heard);
      expect(announced()).to.equal(52);
      gpsd.feed.satellites = 9;
      const back = await lab.watch(60, heard);
      expect([cold, locked, lost, back].map((classes) => classes.at(-1))).to.deep.equal([248, 6, degraded, 6]);
      expect(lost).to.deep.equal([6, 7, degraded]);
      expect(back).to.deep.equal([degraded, 6]);
      const { claims } = client.hub!.report.detail('ptp.up')!;
      expect(claims).to.deep.include({ traceable: true, timeSource: 0x20, taiMinusUtc: 37 });
    });
  }

  it('passes a grandmaster on through a boundary clock, which announces itself when that stops', async () => {
    const { grandmaster, client: boundary } = two();
    const lower = lab.segment('lower');
    const client = lab.add({ clock: { offsetNs: 8e6, frequencyPpb: 12_000 } });
    boundary.plug(lower, 'eth1');
    client.plug(lower, 'eth1');
    await grandmaster.start({
      ...GNSS,
      'sink.ptp.lan': { interface: 'eth0', priority1: 77, 'improve-after': '1s', ...BRISK },
    });
    await boundary.start({
      'source.ptp.up': { interface: 'eth0', ...BRISK },
      'sink.ptp.down': { interface: 'eth1', 'improve-after': '1s', ...BRISK },
    });
    await client.start({ 'source.ptp.up': { interface: 'eth1', ...BRISK } });
    await lab.run(90);
    const identity = '020000fffe000001';
    const claims = () => client.hub!.report.detail('ptp.up')!.claims;
    expect(claims()).to.deep.include({ stepsRemoved: 1, clockClass: 6, reference: '020000.fffe.000001' });
    expect(claims()!.grandmaster).to.deep.include({ identity, priority1: 77, stepsRemoved: 1 });
    expect(Math.abs(client.mistakeNs())).to.be.below(1000);
    await grandmaster.hub!.stop();
    await lab.run(30);
    expect(claims()).to.deep.include({ stepsRemoved: 0, clockClass: 7 });
    expect(claims()!.reference).not.to.equal('020000.fffe.000001');
  });

  for (const [there, here, reason] of [
    ['p2p', 'e2e', /^its path delay is not measured: hears .*, but \d+ Delay_Req in a row have had no answer: /],
    ['e2e', 'p2p', /^hears .*, but \d+ Pdelay_Req in a row have had no answer$/],
  ] as const)
    it(`does not use or pass on the time of a timeTransmitter with ${there} if it uses ${here}`, async () => {
      const { grandmaster, client: boundary } = two();
      boundary.plug(lab.segment('lower'), 'eth1');
      await grandmaster.start({
        ...GNSS,
        'sink.ptp.lan': { interface: 'eth0', delay: there, 'improve-after': '1s', ...BRISK },
      });
      await boundary.start({
        'source.ptp.up': { interface: 'eth0', delay: here, ...BRISK },
        'sink.ptp.down': { interface: 'eth1', 'improve-after': '1s', ...BRISK },
      });
      await lab.run(60);
      const { mode, clocks, sources, ntp, ptp } = boundary.hub!.report.state();
      expect(sources[0]!.reason).to.match(reason);
      expect(sources[0]!.state).to.equal(here === 'e2e' ? 'warming' : 'unreachable');
      expect({ mode, boundNs: clocks[0]!.boundNs }).to.deep.equal({ mode: 'unsynchronised', boundNs: Infinity });
      expect({ stratum: ntp.stratum, clockClass: ptp.clockClass }).to.deep.equal({ stratum: 16, clockClass: 248 });
      expect(boundary.inspect('ptp.down')).to.not.have.property('clockClass', 6);
    });

  it('is one clock with numbered ports and the identity of the first', async () => {
    const { grandmaster, client } = two();
    for (const n of [1, 2]) grandmaster.plug(lab.segment(`lower ${n}`), `eth${n}`);
    await grandmaster.start({
      'source.ptp.up': { interface: 'eth0' },
      'sink.ptp.one': { interface: 'eth1', 'clock-identity': '00aabb.fffe.ccddee', 'port-number': 9 },
      'sink.ptp.two': { interface: 'eth2' },
    });
    await client.start({ 'source.ptp.up': { interface: 'eth0' } });
    const ports = ['up', 'one', 'two'].map((name) => grandmaster.inspect(`ptp.${name}`).port);
    expect(ports).to.deep.equal(['00aabb.fffe.ccddee-1', '00aabb.fffe.ccddee-9', '00aabb.fffe.ccddee-3']);
    expect(client.inspect('ptp.up').port).to.equal('020000.fffe.000002-1');
  });

  for (const transport of ['ethernet', 'udp4']) {
    it(`recognises its own Announces if a network joins two of its ports (${transport})`, async () => {
      const { grandmaster, gpsd, segment } = two();
      grandmaster.plug(segment, 'eth1');
      await grandmaster.start({
        ...GNSS,
        'sink.ptp.down': { interface: 'eth0', transport, 'improve-after': '1s', ...BRISK },
        'source.ptp.up': { interface: 'eth1', transport, ...BRISK },
      });
      await lab.run(30);
      gpsd.feed.satellites = 0;
      await lab.run(60);
      const { parent, counters } = grandmaster.inspect<{ parent: null; counters: Record<string, number> }>('ptp.up');
      expect(parent).to.equal(null);
      expect(counters.own).to.be.above(30);
    });
  }

  it('yields to a better grandmaster, takes over when that stops, and yields again', async () => {
    const { grandmaster: better, client, segment } = two();
    const worse = lab.add();
    worse.plug(segment);
    const sink = (priority1: number) => ({ 'sink.ptp.lan': { interface: 'eth0', priority1, ...BRISK } });
    await worse.start({ 'source.ntp.none': { address: '192.0.2.99' }, ...sink(100) });
    await client.start({ 'source.ptp.up': { interface: 'eth0', ...BRISK } });
    await lab.run(15);
    const parent = () => client.inspect<{ parent: string }>('ptp.up').parent;
    const state = () => worse.inspect<{ state: string }>('ptp.lan').state;
    expect([state(), parent()]).to.deep.equal(['master', '020000.fffe.000003-1']);
    await better.start({ ...GNSS, ...sink(90) });
    await lab.run(20);
    expect([state(), parent()]).to.deep.equal(['passive', '020000.fffe.000001-1']);
    await better.hub!.stop();
    await lab.run(20);
    expect([state(), parent()]).to.deep.equal(['master', '020000.fffe.000003-1']);
    await better.start({ ...GNSS, ...sink(90) });
    await lab.run(20);
    expect([state(), parent()]).to.deep.equal(['passive', '020000.fffe.000001-1']);
  });

  for (const [name, port, threads] of [
    ['its domain', { delay: 'p2p' }, 1],
    ['all domains', { delay: 'common-p2p' }, 1],
    ['all domains, which another one does', { delay: 'common-p2p', 'answer-common-p2p': false }, 0],
    ['nobody', { delay: 'e2e' }, 0],
  ] as const) {
    it(`has Pdelay_Req answered on a thread for ${name}`, async () => {
      const { client } = two();
      let asked = 0;
      client.host.network.pdelayResponder = () => {
        asked++;
        return undefined;
      };
      await client.start({ 'source.ptp.up': { interface: 'eth0', ...port } });
      expect(asked).to.equal(threads);
    });
  }

  it('reports that the cable is out, and continues when it is back', async () => {
    const { grandmaster, client, ports } = two();
    await follow(grandmaster, client, BRISK);
    await lab.run(30);
    ports[1].running = false;
    await lab.run(1);
    const source = () => client.hub!.report.state().sources[0]!;
    expect(source()).to.deep.include({ state: 'unreachable', reason: 'the link is down' });
    ports[1].running = true;
    await lab.run(30);
    expect(source().state).to.equal('combined');
  });

  it('loses only the exchange of a missing transmit stamp', async () => {
    const { grandmaster, client, ports } = two();
    for (const port of ports) port.stampLoss = 0.3;
    await follow(grandmaster, client, BRISK);
    await lab.run(60);
    const { counters } = client.inspect<{ counters: Record<string, number> }>('ptp.up');
    expect(counters.stampsLost).to.be.above(20);
    expect(Math.abs(client.mistakeNs())).to.be.below(500);
  });

  it('stamps by the hardware clock, which the hub then knows', async () => {
    const grandmaster = lab.add({ phcs: { ptp0: { offsetNs: 400 } } });
    addGpsd(grandmaster.host);
    const client = lab.add({ phcs: { ptp0: { offsetNs: 5e6, frequencyPpb: 3000 } } });
    const segment = lab.segment('lan');
    grandmaster.plug(segment);
    client.plug(segment, 'eth0', 0);
    await follow(grandmaster, client, BRISK);
    await lab.run(60);
    const phc = client.hub!.report.state().clocks.find(({ id }) => id === 'phc:ptp0');
    expect(phc!.offsetNs - client.host.errorNs('phc:ptp0')).to.be.closeTo(0, 2500);
    expect(client.inspect('ptp.up')).to.include({ stamps: 'hardware' });
  });
});
