import { expect } from 'chai';
import { Bench } from '../bench.js';
import type { Hub } from '../hub.js';
import { until } from '../poll.js';
import { PtpRig, quantileOf } from './ptp-rig.js';

const BRISK = 'sync-interval = "125ms"\ndelay-interval = "125ms"\nannounce-interval = "250ms"\n';
const BRISK_PTP4L = ['--logSyncInterval', '-3', '--logMinDelayReqInterval', '-3', '--logAnnounceInterval', '-2'];
/** Configuration of a hub without a time source. */
const NO_TIME = '[source.ntp.none]\naddress = "127.0.0.1:9"\n';

/** Returns the detail of an instance in `inspect`. */
const inspect = async (hub: Hub, id: string): Promise<Record<string, unknown>> =>
  (await hub.json<{ readonly inspect: Record<string, unknown> }>(`/v1/sources/${id}`)).inspect;

describe('a PTP network of ptp4l and hubs', function () {
  this.timeout(120_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  it('is managed by pmc: a grandmaster shows its data sets', async function () {
    const rig = PtpRig.make(this, bench, 2);
    const [a, b] = rig.machines;
    const socket = bench.folder.at('management');
    await a!.hub(`${NO_TIME}[sink.ptp.x]\ninterface = "${a!.far}"\npriority1 = 99\nmanagement = "${socket}"\n${BRISK}`);
    const slave = b!.ptp4l('slave', [...BRISK_PTP4L, '-s', '-i', b!.near]);
    await slave.process.printed(/to UNCALIBRATED/, 30_000);
    const ask = async (what: string) => Object.fromEntries(await rig.ask(socket, what));
    expect(await ask('DEFAULT_DATA_SET')).to.include({
      priority1: '99',
      clockClass: '248',
      twoStepFlag: '1',
      slaveOnly: '0',
    });
    expect(await ask('CURRENT_DATA_SET')).to.include({ stepsRemoved: '0' });
    const { grandmasterIdentity } = await ask('PARENT_DATA_SET');
    expect(slave.process.output).to.include(`selected best master clock ${grandmasterIdentity}`);
    expect(await ask('TIME_PROPERTIES_DATA_SET')).to.include({
      ptpTimescale: '1',
      timeTraceable: '0',
      currentUtcOffset: '37',
    });
    expect(await ask('PORT_DATA_SET')).to.include({ portState: 'MASTER', logSyncInterval: '-3', delayMechanism: '1' });
    expect(await ask('TIME_STATUS_NP')).to.include({ gmPresent: 'false', gmIdentity: grandmasterIdentity! });
    expect(await ask('GRANDMASTER_SETTINGS_NP')).to.include({
      clockClass: '248',
      clockAccuracy: '0xfe',
      frequencyTraceable: '0',
    });
    const stats = await ask('PORT_STATS_NP');
    expect(Number(stats.tx_Sync)).to.be.above(0);
    expect(Number(stats.rx_Delay_Req)).to.be.within(0, Number(stats.tx_Delay_Resp));
  });

  it('is managed by pmc: a client shows whom it follows', async function () {
    const rig = PtpRig.make(this, bench, 2);
    const [a, b] = rig.machines;
    const socket = bench.folder.at('management');
    a!.ptp4l('master', [...BRISK_PTP4L, '--priority1', '77', '-i', a!.far]);
    const hub = await b!.hub(
      `[source.ptp.x]\ninterface = "${b!.near}"\ntimescale = "utc"\nmanagement = "${socket}"\n${BRISK}`,
    );
    await hub.untilSource('ptp.x', ({ state }) => state === 'combined', 60_000);
    const ask = async (what: string) => Object.fromEntries(await rig.ask(socket, what));
    expect(await ask('PARENT_DATA_SET')).to.include({ grandmasterPriority1: '77', 'gm.ClockClass': '248' });
    expect(await ask('PORT_DATA_SET')).to.include({ portState: 'SLAVE' });
    const { stepsRemoved, meanPathDelay } = await ask('CURRENT_DATA_SET');
    expect([Number(stepsRemoved), Number(meanPathDelay) > 0]).to.deep.equal([1, true]);
    expect(Math.abs(Number((await ask('TIME_STATUS_NP')).master_offset))).to.be.below(1e6);
  });

  it('elects: our grandmaster gives way to a better ptp4l, takes over when that dies, and yields again', async function () {
    const rig = PtpRig.make(this, bench, 2);
    const [a, b] = rig.machines;
    const socket = bench.folder.at('management');
    await a!.hub(
      `${NO_TIME}[sink.ptp.x]\ninterface = "${a!.far}"\npriority1 = 100\nmanagement = "${socket}"\n${BRISK}`,
    );
    const portState = async () => (await rig.ask(socket, 'PORT_DATA_SET')).get('portState');
    const becomes = (state: string) => until(portState, (now) => now === state, 30_000);
    await becomes('MASTER');
    for (let round = 0; round < 2; round++) {
      const better = b!.ptp4l(`better${round}`, [...BRISK_PTP4L, '--priority1', '90', '-i', b!.near]);
      await becomes('PASSIVE');
      await better.process.stop('SIGKILL');
      await becomes('MASTER');
    }
    const worse = b!.ptp4l('worse', [...BRISK_PTP4L, '--priority1', '110', '-i', b!.near]);
    await worse.process.printed(/LISTENING to UNCALIBRATED/, 30_000);
    expect(await portState()).to.equal('MASTER');
  });

  it('has a boundary clock in a hub: ptp4l behind it sees the grandmaster two steps away, and its time', async function () {
    const rig = PtpRig.make(this, bench, 3);
    const [a, b, c] = rig.machines;
    const master = a!.ptp4l('master', [...BRISK_PTP4L, '--priority1', '50', '-i', a!.far]);
    const hub = await b!.hub(
      `[source.ptp.up]\ninterface = "${b!.near}"\ntimescale = "utc"\n${BRISK}` +
        `[sink.ptp.down]\ninterface = "${b!.far}"\nimprove-after = "0s"\n${BRISK}`,
    );
    await hub.untilSource('ptp.up', ({ state, observations }) => state === 'combined' && observations > 100, 60_000);
    const slave = c!.ptp4l('slave', [...BRISK_PTP4L, '-s', '-i', c!.near]);
    const offsets = await slave.nextOffsets(40, [], 60_000);
    const grandmaster = (await rig.ask(master.socket, 'DEFAULT_DATA_SET')).get('clockIdentity');
    const parent = await rig.ask(slave.socket, 'PARENT_DATA_SET');
    expect(parent.get('grandmasterIdentity')).to.equal(grandmaster);
    expect(parent.get('grandmasterPriority1')).to.equal('50');
    expect((await rig.ask(slave.socket, 'CURRENT_DATA_SET')).get('stepsRemoved')).to.equal('2');
    expect(quantileOf(offsets, 0.9)).to.be.below(50e3);
    await master.process.stop('SIGKILL');
    const own = (await inspect(hub, 'ptp.down')).port as string;
    await until(
      async () => (await rig.ask(slave.socket, 'PARENT_DATA_SET')).get('grandmasterIdentity') ?? '',
      (identity) => own.startsWith(identity) && identity !== '',
      30_000,
    );
  });

  it('measures a link for all domains: a ptp4l with majorSdoId 2 answers us, and is answered', async function () {
    const rig = PtpRig.make(this, bench, 2);
    const [a, b] = rig.machines;
    const far = ['--neighborPropDelayThresh', '20000000'];
    a!.ptp4l('master', ['-f', rig.config('gPTP.cfg'), ...far, '-i', a!.far]);
    const common = a!.ptp4l('common', ['-2', '-P', '--transportSpecific', '2', ...far, '-i', a!.far]);
    const hub = await b!.hub(
      `[source.ptp.x]\ninterface = "${b!.near}"\nprofile = "gptp"\ndelay = "common-p2p"\ntimescale = "utc"\n` +
        'neighbour-threshold = "20ms"\n',
    );
    await hub.untilSource('ptp.x', ({ state }) => state === 'combined', 60_000);
    const { asCapable, version } = await inspect(hub, 'ptp.x');
    expect(asCapable).to.deep.include({ capable: true });
    expect(version).to.match(/^2\.0: [0-9a-f.]+-1 sends it$/);
    const measured = async () =>
      Number((await rig.ask(common.socket, 'PORT_DATA_SET', ['-t', '2'])).get('peerMeanPathDelay'));
    expect(await until(measured, (delayNs) => delayNs > 0, 30_000)).to.be.below(1e6);
  });

  it('loses its cable and finds it again', async function () {
    const rig = PtpRig.make(this, bench, 2);
    const [a, b] = rig.machines;
    a!.ptp4l('master', [...BRISK_PTP4L, '-2', '-i', a!.far]);
    const hub = await b!.hub(
      `[source.ptp.x]\ninterface = "${b!.near}"\ntransport = "ethernet"\ntimescale = "utc"\n${BRISK}`,
    );
    await hub.untilSource('ptp.x', ({ state }) => state === 'combined', 60_000);
    b!.setLink(b!.near, 'down');
    const { reason } = await hub.untilSource('ptp.x', ({ state }) => state === 'unreachable');
    expect(reason).to.equal('the link is down');
    b!.setLink(b!.near, 'up');
    await hub.untilSource('ptp.x', ({ state }) => state === 'combined', 60_000);
  });
});
