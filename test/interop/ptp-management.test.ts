import { expect } from 'chai';
import { Bench } from '../bench.js';
import { until } from '../poll.js';
import { NO_TIME } from './ptp-ratio.js';
import { PtpRig } from './ptp-rig.js';

const BRISK = 'sync-interval = "125ms"\ndelay-interval = "125ms"\nannounce-interval = "250ms"\n';
const BRISK_PTP4L = ['--logSyncInterval', '-3', '--logMinDelayReqInterval', '-3', '--logAnnounceInterval', '-2'];

describe('management by pmc', function () {
  this.timeout(120_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  it('reads over the network where it is allowed to, and can set nothing', async function () {
    const rig = PtpRig.make(this, bench, 2);
    const [a, b] = rig.machines;
    await a!.hub(
      `${NO_TIME}[sink.ptp.x]\ninterface = "${a!.far}"\npriority1 = 99\nmanagement-over-network = true\n${BRISK}`,
    );
    const pmc = rig.pmcOn(b!, b!.near);
    const read = async (name: string) => {
      const answer = await pmc.ask(`GET ${name}`);
      expect([answer.action, answer.name]).to.deep.equal(['RESPONSE', name]);
      return Object.fromEntries(answer.values);
    };
    expect(await read('PRIORITY1')).to.deep.equal({ priority1: '99' });
    expect(await read('DEFAULT_DATA_SET')).to.include({ priority1: '99', clockClass: '248', slaveOnly: '0' });
    expect(await read('PORT_DATA_SET')).to.include({ logSyncInterval: '-3' });
    expect(await read('PARENT_DATA_SET')).to.include({ grandmasterPriority1: '99' });
    for (const wish of ['PRIORITY1 1', 'SUBSCRIBE_EVENTS_NP duration 60 NOTIFY_PORT_STATE on']) {
      expect((await pmc.ask(`SET ${wish}`)).name, wish).to.equal('MANAGEMENT_ERROR_STATUS');
    }
    expect(await read('PRIORITY1')).to.deep.equal({ priority1: '99' });
  });

  it('keeps silent over the network where it is not allowed to', async function () {
    const rig = PtpRig.make(this, bench, 2);
    const [a, b] = rig.machines;
    const socket = bench.folder.at('management');
    await a!.hub(`${NO_TIME}[sink.ptp.x]\ninterface = "${a!.far}"\nmanagement = "${socket}"\n${BRISK}`);
    const pmc = rig.pmcOn(b!, b!.near);
    pmc.poll('GET PRIORITY1');
    // The hub has received the request and does not answer.
    const heard = () => rig.ask(socket, 'PORT_STATS_NP');
    await until(heard, (stats) => Number(stats.get('rx_Management')) >= 3, 10_000);
    expect(pmc.answers).to.deep.equal([]);
  });

  it('tells a subscriber at the socket of every change of state, until that one ends it', async function () {
    const rig = PtpRig.make(this, bench, 2);
    const [a, b] = rig.machines;
    const socket = bench.folder.at('management');
    await a!.hub(`${NO_TIME}[sink.ptp.x]\ninterface = "${a!.far}"\nmanagement = "${socket}"\n${BRISK}`);
    const [subscriber, reader] = [rig.pmcAt(socket), rig.pmcAt(socket)];
    const subscribe = (durationS: number) =>
      subscriber.ask(`SET SUBSCRIBE_EVENTS_NP duration ${durationS} NOTIFY_PORT_STATE on`);
    const state = async () => (await reader.ask('GET PORT_DATA_SET')).values.get('portState');
    const becomes = (wanted: string) => until(state, (now) => now === wanted, 30_000);
    const heard = (...states: string[]) =>
      until(
        async () => subscriber.walk('PORT_DATA_SET', ['portState']),
        (walk) => walk.join() === states.join(),
        30_000,
      );

    await becomes('MASTER');
    expect((await subscribe(60)).name).to.equal('SUBSCRIBE_EVENTS_NP');
    const better = b!.ptp4l('better', [...BRISK_PTP4L, '--priority1', '90', '-i', b!.near]);
    await heard('PASSIVE');
    await subscribe(60);
    await better.process.stop('SIGKILL');
    await heard('PASSIVE', 'MASTER');
    await subscribe(0);
    b!.ptp4l('again', [...BRISK_PTP4L, '--priority1', '90', '-i', b!.near]);
    await becomes('PASSIVE');
    await heard('PASSIVE', 'MASTER');
  });
});
