import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ClockId, Ns } from 'timehub/api';
import { StateFile } from '../../src/kernel/saved-state/state-file.js';
import type { LabClockSetting } from '../../src/lab/host.js';
import type { SegmentPort } from '../../src/lab/network/segment.js';
import { addGpsd, type GpsdNode } from '../../src/lab/nodes/gpsd-node.js';
import { PtpLab, type PtpLabMachine } from './testing/ptp-lab.js';

const PORT = { interface: 'eth0', profile: 'automotive' };
const GNSS = { 'source.gpsd.gnss': { address: '127.0.0.1:2947' } };
const TRACKING_NS = 20e3;

interface Bench {
  readonly grandmaster: PtpLabMachine;
  readonly ecu: PtpLabMachine;
  readonly gpsd: GpsdNode;
  readonly ports: { readonly grandmaster: SegmentPort; readonly ecu: SegmentPort };
}

interface Shown {
  readonly state: string;
  readonly reason: string;
  readonly parent: string | null;
  readonly meanDelayNs: number;
  readonly neighbourDelay?: { readonly is: string };
}

describe('the automotive profile in the lab', function () {
  this.timeout(30_000);
  let lab: PtpLab;
  let folder: string;
  beforeEach(() => {
    lab = new PtpLab();
    folder = mkdtempSync(join(tmpdir(), 'timehub-ecu-'));
  });
  afterEach(async () => {
    await lab.stop();
    rmSync(folder, { recursive: true });
  });

  /** A grandmaster with GNSS and an ECU, whose clocks are milliseconds off; the path between them takes 500 ns. */
  function bench(
    stamps: 'hardware' | 'software',
    clock: LabClockSetting = { offsetNs: -2e6, frequencyPpb: 4000 },
  ): Bench {
    const hardware = stamps === 'hardware';
    const phc = hardware ? 0 : undefined;
    const grandmaster = lab.add({
      clock: { wander: 1e-9, ...clock },
      ...(hardware && { phcs: { ptp0: { bracketNs: 20 } } }),
    });
    const gpsd = addGpsd(grandmaster.host);
    const ecu = lab.add({
      clock: { offsetNs: 3e6, frequencyPpb: -7000, wander: 1e-9 },
      ...(hardware && { phcs: { ptp0: { offsetNs: 5e6, frequencyPpb: 3000 } } }),
    });
    const segment = lab.segment('harness');
    const ports = { grandmaster: grandmaster.plug(segment, 'eth0', phc), ecu: ecu.plug(segment, 'eth0', phc) };
    return { grandmaster, ecu, gpsd, ports };
  }

  const startGrandmaster = ({ grandmaster }: Bench) => {
    const card = grandmaster.host.phcs.length > 0 && { 'source.phc.card': { clock: 'eth0' } };
    return grandmaster.start({ ...GNSS, ...card, 'sink.ptp.harness': PORT });
  };

  const startEcu = ({ ecu }: Bench) =>
    ecu.start(
      {
        'source.ptp.up': PORT,
        ...(ecu.host.phcs.length > 0 && {
          'source.phc.card': { clock: 'eth0' },
          'sink.phc.steered': { clock: 'eth0', steer: true },
        }),
      },
      TRACKING_NS,
    );

  const modeOf = (machine: PtpLabMachine) => machine.hub!.report.state().mode;
  const jumpOf = ({ hub }: PtpLabMachine) =>
    /jumped by (\S+ \S+)/.exec(hub!.report.state().sources[0]!.reason)?.[1] ?? '';
  const shown = (machine: PtpLabMachine) => machine.inspect<Shown>('ptp.up');

  /** Returns the milliseconds until a condition holds; Infinity: not within ten seconds. */
  async function msUntil(isSo: () => boolean): Promise<number> {
    for (let ms = 0; ms <= 10_000; ms += 5) {
      if (isSo()) return ms;
      await lab.run(0.005);
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Returns the estimated − the true offset of a clock. */
  function mistakeNs({ host, hub }: PtpLabMachine, id: ClockId): Ns {
    const { offsetNs, slopePpb, monotonic } = hub!.report.state().clocks.find((clock) => clock.id === id)!;
    return offsetNs + (slopePpb * Number(host.monotonic() - monotonic)) / 1e9 - host.errorNs(id);
  }

  for (const stamps of ['hardware', 'software'] as const) {
    const clock: ClockId = stamps === 'hardware' ? 'phc:ptp0' : 'system';

    it(`has the time within half a second of link-up, with and without stored values (${stamps} stamps)`, async () => {
      const rig = bench(stamps);
      const { ecu, ports } = rig;
      ecu.state = new StateFile(folder);
      await startGrandmaster(rig);
      await lab.run(30);
      for (const origin of ['measured', 'remembered']) {
        ports.ecu.running = false;
        await startEcu(rig);
        await lab.run(5);
        expect(modeOf(ecu)).to.equal('unsynchronised');
        ports.ecu.running = true;
        // Four Syncs 31.25 ms apart, the first of them up to an interval after the request for it.
        expect(await msUntil(() => modeOf(ecu) === 'tracking')).to.be.below(200);
        expect(Math.abs(mistakeNs(ecu, clock))).to.be.below(100);
        expect(shown(ecu).neighbourDelay!.is).to.equal(origin);
        // The hub has stepped the hardware clock meanwhile: that is not a jump of the grandmaster's time, and no loss of it.
        expect(await lab.watch(10, () => `${modeOf(ecu)} ${jumpOf(ecu)}`)).to.deep.equal(['tracking ']);
        await ecu.hub!.stop();
      }
    });
  }

  it('does not wait until Linux reports the link', async () => {
    const rig = bench('software');
    const { ecu, ports } = rig;
    const plug = (running: boolean) => {
      ports.ecu.running = running;
      ports.grandmaster.running = running;
    };
    await startGrandmaster(rig);
    await lab.run(30);
    await startEcu(rig);
    await lab.run(15);
    plug(false);
    await lab.run(5);
    ports.ecu.noticeNs = 3600e9;
    plug(true);
    expect(await msUntil(() => modeOf(ecu) === 'tracking')).to.be.below(200);
    expect(ecu.host.network.interface('eth0').running).to.equal(false);
    // The cable is out again before Linux has reported the link, so no change is reported.
    plug(false);
    expect(shown(ecu).state).not.to.equal('faulty');
    await lab.run(3);
    expect(shown(ecu)).to.include({ state: 'faulty', reason: 'The link is down.' });
  });

  it('uses the saved delay of the last start if a bridge never answers', async () => {
    const rig = bench('hardware');
    const { ecu, ports } = rig;
    ecu.state = new StateFile(folder);
    await startGrandmaster(rig);
    await lab.run(30);
    const mistakes: Ns[] = [];
    for (const answered of [false, true, false]) {
      ports.ecu.stampLoss = answered ? 0 : 1;
      await startEcu(rig);
      await lab.run(10);
      mistakes.push(mistakeNs(ecu, 'phc:ptp0'));
      await ecu.hub!.stop();
    }
    expect(mistakes[0]).to.be.closeTo(-500, 20);
    expect(mistakes[2]).to.be.closeTo(0, 20);
  });

  it('does not use values that were saved for another interface', async () => {
    const rig = bench('hardware');
    const { ecu, ports } = rig;
    ecu.state = new StateFile(folder);
    await startGrandmaster(rig);
    await startEcu(rig);
    await lab.run(10);
    await ecu.hub!.stop();
    ecu.plug(lab.segment('other harness'), 'eth1', 0);
    ports.ecu.stampLoss = 1;
    await ecu.start({ 'source.ptp.up': { ...PORT, interface: 'eth1' } });
    expect(shown(ecu).neighbourDelay!.is).to.equal('assumed');
  });

  it('holds the time when Syncs stop, without an election, and continues with the next', async () => {
    const rig = bench('hardware');
    const { ecu, ports } = rig;
    await startGrandmaster(rig);
    await lab.run(30);
    await startEcu(rig);
    await lab.run(20);
    const { parent } = shown(ecu);
    ports.grandmaster.running = false;
    expect(await msUntil(() => modeOf(ecu) === 'holdover')).to.be.below(3100);
    await lab.run(60);
    expect(shown(ecu)).to.deep.include({ parent, state: 'uncalibrated' });
    expect(shown(ecu).reason).to.match(/^No Sync of .* for 6\d s: the last rate and phase are held\.$/);
    expect(Math.abs(mistakeNs(ecu, 'phc:ptp0'))).to.be.below(200);
    ports.grandmaster.running = true;
    expect(await msUntil(() => modeOf(ecu) === 'tracking')).to.be.below(100);
    expect(Math.abs(mistakeNs(ecu, 'phc:ptp0'))).to.be.below(100);
  });

  it('starts again with the first Sync after the grandmaster reports a jump of its time', async () => {
    const rig = bench('software', { offsetNs: -2e6 });
    const { ecu, grandmaster, gpsd } = rig;
    gpsd.feed.satellites = 0;
    await startGrandmaster(rig);
    await startEcu(rig);
    await lab.run(30);
    expect(mistakeNs(ecu, 'system')).to.be.closeTo(2e6, 1e3);
    gpsd.feed.satellites = 9;
    const jumped = await msUntil(() => Math.abs(mistakeNs(grandmaster, 'system')) < 10e3);
    expect(await msUntil(() => Math.abs(mistakeNs(ecu, 'system')) < 100e3)).to.be.below(1100);
    expect(jumpOf(ecu)).to.match(/^-2(\.\d+)? ms$/);
    expect(jumped).to.be.below(10_000);
    await lab.run(15);
    expect(Math.abs(mistakeNs(ecu, 'system'))).to.be.below(1000);
  });

  it('states in status and show, with the values, why a neighbour is not asCapable', async () => {
    const { grandmaster, ecu } = bench('hardware');
    const profile = { profile: 'gptp', 'neighbour-threshold': '400ns' };
    await grandmaster.start({ ...GNSS, 'sink.ptp.harness': { ...PORT, ...profile } });
    await ecu.start({ 'source.ptp.up': { ...PORT, ...profile } });
    await lab.run(10);
    const why = 'neighbour delay 500 ns is above the threshold of 400 ns: is there a converter or a tap?';
    expect(ecu.inspect('ptp.up').asCapable).to.deep.equal({ capable: false, reason: why });
    const { sources } = ecu.hub!.report.status();
    expect(sources[0]).to.deep.include({ state: 'unreachable', reason: `not asCapable: ${why}` });
    expect(grandmaster.inspect('ptp.harness')).to.deep.include({ reason: `Not asCapable: ${why}` });
    expect(grandmaster.hub!.report.status().sinks[0]!.reason).to.equal(`Not asCapable: ${why}`);
  });
});
