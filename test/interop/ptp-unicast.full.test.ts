import { expect } from 'chai';
import { Bench } from '../bench.js';
import type { Hub } from '../hub.js';
import { until } from '../poll.js';
import { NO_TIME } from './ptp-ratio.js';
import { PtpRig, quantileOf } from './ptp-rig.js';

const BRISK = 'sync-interval = "125ms"\ndelay-interval = "125ms"\nannounce-interval = "250ms"\n';
const BRISK_PTP4L = ['--logSyncInterval', '-3', '--logMinDelayReqInterval', '-3', '--logAnnounceInterval', '-2'];
/** Largest allowed offset, ns: software stamps between busy processes have large errors. */
const FAR_OFF_NS = 50e3;
/** Names of the message types in ptp4l's log. */
const GRANTED = ['ANNOUNCE', 'SYNC', 'DELAY_RESP'];

interface Inspected {
  readonly grants?: number;
  readonly messages: Readonly<Record<'received' | 'sent', Readonly<Record<string, number>>>>;
}

const inspect = async (hub: Hub, id: string): Promise<Inspected> =>
  (await hub.json<{ readonly inspect: Inspected }>(`/v1/sources/${id}`)).inspect;

describe('unicast between ptp4l and hubs', function () {
  this.timeout(120_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  it('ptp4l asks our grandmaster for unicast messages, follows them, and asks again in time', async function () {
    const rig = PtpRig.make(this, bench, 2);
    const [a, b] = rig.machines;
    // ptp4l asks for Syncs after unicast Announces have made it a slave: multicast ones must not come first.
    const hub = await a!.hub(`${NO_TIME}[sink.ptp.x]\ninterface = "${a!.far}"\nunicast = "only"\nrole = "fixed"\n`);
    const table = bench.write(
      'unicast.cfg',
      `[global]\n[unicast_master_table]\ntable_id 1\nlogQueryInterval 0\nUDPv4 10.99.0.1\n[${b!.near}]\nunicast_master_table 1\n`,
    );
    const slave = b!.ptp4l('slave', [...BRISK_PTP4L, '-l', '7', '-s', '-f', table, '--unicast_req_duration', '10']);
    const granted = (type: string) => [
      ...slave.process.output.matchAll(new RegExp(`unicast ${type} granted for 10 sec`, 'g')),
    ];
    const offsets = await slave.nextOffsets(40, [], 60_000);
    expect(quantileOf(offsets, 0.9)).to.be.below(FAR_OFF_NS);
    await until(
      async () => GRANTED.map((type) => granted(type).length),
      (times) => times.every((count) => count >= 2),
      30_000,
    );
    const { grants, messages } = await inspect(hub, 'ptp.x');
    expect(grants).to.equal(GRANTED.length);
    expect(messages.sent.signaling).to.be.above(1);
    expect(slave.process.output).to.not.match(/rogue|reject|mismatch/);
  });

  it('our source asks a ptp4l that sends nothing to the group', async function () {
    const rig = PtpRig.make(this, bench, 2);
    const [a, b] = rig.machines;
    const quiet = ['--unicast_listen', '1', '--inhibit_multicast_service', '1'];
    const master = a!.ptp4l('master', [...BRISK_PTP4L, ...quiet, '-i', a!.far]);
    const hub = await b!.hub(
      `[source.ptp.x]\ninterface = "${b!.near}"\ntimescale = "utc"\nunicast-from = "10.99.0.1"\n${BRISK}`,
    );
    const { offsetNs } = await hub.untilSource(
      'ptp.x',
      ({ state, observations }) => state === 'combined' && observations >= 40,
      60_000,
    );
    expect(Math.abs(offsetNs)).to.be.below(FAR_OFF_NS);
    const stop = await hub.stop();
    expect(stop.code).to.equal(0);
    expect(master.process.output).to.not.match(/rogue|reject/);
  });

  it('ptp4l asks our grandmaster for the delay alone (hybrid)', async function () {
    const rig = PtpRig.make(this, bench, 2);
    const [a, b] = rig.machines;
    await a!.hub(`${NO_TIME}[sink.ptp.x]\ninterface = "${a!.far}"\n${BRISK}`);
    const slave = b!.ptp4l('slave', [...BRISK_PTP4L, '-s', '--hybrid_e2e', '1', '-i', b!.near]);
    const offsets = await slave.nextOffsets(40, [], 60_000);
    expect(quantileOf(offsets, 0.9)).to.be.below(FAR_OFF_NS);
    expect(Number((await rig.ask(slave.socket, 'PORT_STATS_NP')).get('rx_Delay_Resp'))).to.be.above(10);
  });

  it('our source asks ptp4l for the delay alone (hybrid)', async function () {
    const rig = PtpRig.make(this, bench, 2);
    const [a, b] = rig.machines;
    const master = a!.ptp4l('master', [...BRISK_PTP4L, '--hybrid_e2e', '1', '-i', a!.far]);
    const hub = await b!.hub(
      `[source.ptp.x]\ninterface = "${b!.near}"\ntimescale = "utc"\nprofile = "enterprise"\n${BRISK}`,
    );
    const { offsetNs } = await hub.untilSource(
      'ptp.x',
      ({ state, observations }) => state === 'combined' && observations >= 40,
      60_000,
    );
    expect(Math.abs(offsetNs)).to.be.below(FAR_OFF_NS);
    expect((await rig.ask(master.socket, 'PORT_STATS_NP')).get('rx_Delay_Req')).to.not.equal('0');
  });
});
