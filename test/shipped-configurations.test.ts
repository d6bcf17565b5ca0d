import { expect } from 'chai';
import type { PtpLabMachine } from '../plugins/ptp/testing/ptp-lab.js';
import type { Ns } from '../src/api/index.js';
import type { ReceiverOptions } from '../src/lab/nodes/gpsd-feed.js';
import { addGpsd } from '../src/lab/nodes/gpsd-node.js';
import { addServers, Shipped, served, stepsOf } from './shipped.js';

/** A system clock with an ordinary crystal, some milliseconds off. */
const CLOCK = { wander: 1e-9, frequencyPpb: 8000, offsetNs: 20e6 };
/** The clock of a network card. After the boot it shows an arbitrary time. */
const CARD = { hidden: true, offsetNs: 5e9, frequencyPpb: 3000, wander: 1e-8 } as const;
const cards = (count: number, hasClocks: boolean) => ({
  phcs: hasClocks ? Object.fromEntries(Array.from({ length: count }, (_, n) => [`ptp${n}`, CARD])) : {},
});
const RECEIVER = { 'source.gpsd.gnss': { address: '127.0.0.1:2947' } };

/** Each shipped file and preset is tested with the receiver, network and cards that it names. */
describe('a shipped configuration does what its comments say:', function () {
  this.timeout(120_000);
  let shipped: Shipped;
  beforeEach(() => {
    shipped = new Shipped();
  });
  afterEach(() => shipped.stop());

  const boundOf = ({ hub }: PtpLabMachine): Ns => hub!.report.state().clocks[0]!.boundNs;
  const classOf = ({ hub }: PtpLabMachine): number => hub!.report.state().ptp.clockClass;
  const announcedBy = (machine: PtpLabMachine, id: string) =>
    machine.inspect<{ announces: Record<string, unknown> }>(id).announces;

  for (const hasClocks of [true, false]) {
    const card = hasClocks ? 'with cards that have clocks' : 'with cards that have none';

    /** Starts the grandmaster of the file, a client on its network, and two servers 8 ms away. */
    async function grandmaster(receiver: Partial<ReceiverOptions> = {}) {
      const { lab } = shipped;
      const machine = lab.add({ seed: 3, clock: CLOCK, ...cards(1, hasClocks) });
      const lan = lab.segment('lan');
      machine.plug(lan, 'eth0', hasClocks ? 0 : undefined);
      const client = lab.add();
      client.plug(lan);
      addServers(machine.host, ['ptbtime1.ptb.de', 'ntp1.inrim.it'], 8e6, 300e3);
      const gpsd = addGpsd(machine.host, { jitterNs: 1000, ...receiver });
      const hub = await shipped.start(machine, { file: 'config/gnss-grandmaster.toml' });
      await client.start({ 'source.ptp.lan': { interface: 'eth0' } });
      return { lab, machine, client, gpsd, hub };
    }

    it(`config/gnss-grandmaster.toml ${card}`, async () => {
      const { lab, machine, client, gpsd, hub } = await grandmaster();
      expect(classOf(machine)).to.equal(248);
      await lab.run(90);
      expect(served(hub)).to.equal('tracking, stratum 1 PPS, class 6');
      expect(machine.inspect('ptp.lan')).to.include({ state: 'master', stamps: hasClocks ? 'hardware' : 'kernel' });
      expect(announcedBy(machine, 'ptp.lan')).to.include({ priority1: 100, clockClass: 6, accuracy: 0x26 });
      expect(Math.abs(machine.host.errorNs('system'))).to.be.below(boundOf(machine));
      expect(client.hub!.report.state().mode).to.equal('tracking');
      expect(Math.abs(client.mistakeNs())).to.be.below(5000);

      gpsd.stop();
      const seen: number[] = [];
      for (let second = 0; second < 1200; second += 5) {
        await lab.run(5);
        const clockClass = classOf(machine);
        expect(clockClass).to.equal(boundOf(machine) <= 50e3 ? 7 : 52);
        if (seen.at(-1) !== clockClass) seen.push(clockClass);
        expect(Math.abs(machine.host.errorNs('system'))).to.be.below(boundOf(machine));
      }
      expect(seen).to.deep.equal([7, 52]);

      gpsd.start();
      await lab.run(120);
      expect(served(hub)).to.equal('tracking, stratum 1 PPS, class 6');
      expect(announcedBy(machine, 'ptp.lan')).to.include({ clockClass: 6 });
    });

    it(`config/gnss-grandmaster.toml ${card}, whose receiver counts leap seconds wrongly`, async () => {
      const { lab, machine, hub } = await grandmaster({ leapSeconds: 17 });
      await lab.run(90);
      expect(served(hub)).to.equal('tracking, stratum 1 PPS, class 248');
      expect(announcedBy(machine, 'ptp.lan')).to.deep.include({ clockClass: 248 });
      expect(hub.report.state().leap.taiKnown).to.equal(false);
    });

    it(`config/boundary-clock.toml ${card}`, async () => {
      const { lab } = shipped;
      const machine = lab.add({ seed: 3, clock: { ...CLOCK, wander: 1e-8 }, ...cards(3, hasClocks) });
      const above = lab.add({ seed: 4, ...cards(1, hasClocks) });
      const [plant, substation] = [lab.add(), lab.add()];
      for (const [n, end] of [above, plant, substation].entries()) {
        const segment = lab.segment(`network ${n}`);
        machine.plug(segment, `eth${n}`, hasClocks ? n : undefined);
        end.plug(segment, 'eth0', hasClocks && end === above ? 0 : undefined);
      }
      const gpsd = addGpsd(above.host);
      await above.start(
        {
          ...{ ...RECEIVER, 'sink.ptp.down': { interface: 'eth0', priority1: 77 } },
          ...(hasClocks && { 'source.phc.eth0': { clock: 'eth0' } }),
        },
        50e3,
      );
      const hub = await shipped.start(machine, { file: 'config/boundary-clock.toml' });
      await plant.start({ 'source.ptp.up': { interface: 'eth0' } });
      await substation.start({ 'source.ptp.up': { interface: 'eth0', profile: '61850-9-3' } });
      await lab.run(120);
      expect(hub.report.state().mode, hub.report.why()).to.equal('tracking');
      for (const port of ['ptp.plant', 'ptp.substation'])
        expect(announcedBy(machine, port)).to.include({ priority1: 77, clockClass: 6, stepsRemoved: 1 });
      for (const end of [plant, substation]) {
        expect(end.hub!.report.state().mode, end.hub!.report.why()).to.equal('tracking');
        expect(Math.abs(end.mistakeNs())).to.be.below(20e3);
      }

      gpsd.stop();
      await above.hub!.stop();
      const seen: number[] = [];
      for (let second = 0; second < 5000 && seen.at(-1) !== 52; second += 5) {
        await lab.run(5);
        if (announcedBy(machine, 'ptp.plant').stepsRemoved !== 0) continue;
        expect(classOf(machine)).to.equal(boundOf(machine) <= 50e3 ? 7 : 52);
        if (seen.at(-1) !== classOf(machine)) seen.push(classOf(machine));
      }
      expect(seen).to.deep.equal([7, 52]);
    });

    for (const isAlone of [false, true]) {
      it(`config/gptp-bench.toml ${card}${isAlone ? ', without a network' : ''}`, async () => {
        const { lab } = shipped;
        const machine = lab.add({ seed: 3, clock: CLOCK, ...cards(2, hasClocks) });
        const [ecu, camera] = [lab.add(), lab.add({ clock: { offsetNs: 3e6 } })];
        for (const [n, end] of [ecu, camera].entries()) {
          const segment = lab.segment(`network ${n}`);
          machine.plug(segment, n === 0 ? 'eth1' : 'eth3', hasClocks ? n : undefined);
          end.plug(segment);
        }
        addServers(machine.host, ['ntp.example.org'], 2e6, 50e3);
        const file = 'config/gptp-bench.toml';
        const hub = await shipped.start(machine, isAlone ? { text: shipped.withoutOffice(file) } : { file });
        await camera.start({ 'sink.ptp.out': { interface: 'eth0', profile: 'automotive' } });
        await ecu.start({ 'source.ptp.up': { interface: 'eth0', profile: 'gptp', 'neighbour-threshold': '20ms' } });
        await lab.run(90);
        const mode = isAlone ? 'unsynchronised' : 'tracking';
        expect(hub.report.state().mode, hub.report.why()).to.equal(mode);
        expect(announcedBy(machine, 'ptp.devices')).to.include({ priority1: 246, clockClass: 248 });
        expect(ecu.hub!.report.state().mode, ecu.hub!.report.why()).to.equal('tracking');
        const watched = hub.report.state().sources.find(({ id }) => id === 'ptp.camera')!;
        expect(watched.state).to.equal('disabled');
        expect(machine.inspect('ptp.camera')).to.include({ state: 'slave' });
        expect(stepsOf(hub)).to.equal(0);
      });
    }
  }

  const SERVERS = '[source.ntp.a]\naddress = "a.example"\n[source.ntp.b]\naddress = "b.example"\n';

  /** Starts a machine with two servers 10 ms away. */
  const client = () => {
    const machine = shipped.lab.add({ seed: 3, clock: { ...CLOCK, offsetNs: 3e9 } });
    addServers(machine.host, ['a.example', 'b.example'], 10e6, 1e6);
    return machine;
  };

  it('the preset client sets the clock at its start and never later', async () => {
    const machine = client();
    const hub = await shipped.start(machine, { text: `preset = "client"\n${SERVERS}` });
    await shipped.lab.run(300);
    expect(hub.report.state().mode, hub.report.why()).to.equal('tracking');
    expect(stepsOf(hub)).to.equal(1);
    machine.host.clock('system').shift(-0.3e9);
    await shipped.lab.run(300);
    expect(stepsOf(hub)).to.equal(1);
  });

  it('the preset monitor touches nothing and serves no time', async () => {
    const machine = client();
    const hub = await shipped.start(machine, { text: `preset = "monitor"\n${SERVERS}` });
    await shipped.lab.run(120);
    expect(hub.report.state().mode).to.equal('tracking');
    expect(machine.host.errorNs('system')).to.be.above(2.9e9);
    expect(hub.report.status().sinks.map(({ id }) => id)).to.deep.equal([]);
  });

  it('the preset grandmaster is tracking by its receiver, and tells clients to look elsewhere beyond 10 ms', async () => {
    const machine = client();
    const gpsd = addGpsd(machine.host, { jitterNs: 1000 });
    const hub = await shipped.start(machine, { text: `preset = "grandmaster"\n${SERVERS}` });
    await shipped.lab.run(90);
    expect(served(hub)).to.equal('tracking, stratum 1 PPS, class 6');
    expect(boundOf(machine)).to.be.below(20e3);
    gpsd.stop();
  });

  it('the preset bench sets the clock once and corrects it gently', async () => {
    const machine = client();
    addGpsd(machine.host, { jitterNs: 1000 });
    const hub = await shipped.start(machine, { text: 'preset = "bench"\n[source.gpsd.gnss]\n' });
    await shipped.lab.run(90);
    expect(served(hub)).to.equal('tracking, stratum 1 PPS, class 6');
    expect(stepsOf(hub)).to.equal(1);
    expect(Math.abs(machine.host.errorNs('system'))).to.be.below(20e3);
  });

  it('the README’s is tracking by its receiver, with two servers', async () => {
    const machine = client();
    machine.host.fabric.names.set('ntp1.example.org', ['203.0.113.1']).set('ntp2.example.org', ['203.0.113.2']);
    addGpsd(machine.host, { jitterNs: 1000 });
    const hub = await shipped.start(machine, { text: shipped.exampleOfReadme() });
    await shipped.lab.run(120);
    expect(served(hub)).to.equal('tracking, stratum 1 PPS, class 6');
  });
});
