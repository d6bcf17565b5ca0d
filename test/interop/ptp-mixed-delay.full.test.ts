import { expect } from 'chai';
import { Bench } from '../bench.js';
import type { Hub } from '../hub.js';
import { until } from '../poll.js';
import { PtpRig } from './ptp-rig.js';

const BRISK = 'sync-interval = "125ms"\ndelay-interval = "125ms"\nannounce-interval = "250ms"\n';
const BRISK_PTP4L = ['--logSyncInterval', '-3', '--logMinDelayReqInterval', '-3', '--logAnnounceInterval', '-2'];
/** Number of Syncs after which a path with both directions would be admitted. */
const ENOUGH = 40;

async function syncsOf(hub: Hub): Promise<number> {
  const lines = (await hub.text('/metrics')).split('\n');
  return Number(
    lines.find((line) => /^timehub_source_ptp_messages_received_total\{.*"sync"/.test(line))?.split(' ')[1],
  );
}

describe('ptp4l of the other delay mechanism', function () {
  this.timeout(120_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  // With peer delay, there is no observation before the neighbour answers.
  for (const [theirs, flag, ours, state] of [
    ['peer to peer', '-P', 'e2e', 'warming'],
    ['end to end', '-E', 'p2p', 'unreachable'],
  ] as const)
    it(`is heard and not used: ptp4l measures ${theirs}, the hub ${ours}`, async function () {
      const rig = PtpRig.make(this, bench, 2);
      const [a, b] = rig.machines;
      a!.ptp4l('master', [...BRISK_PTP4L, flag, '-i', a!.far]);
      const hub = await b!.hub(
        `[source.ptp.x]\ninterface = "${b!.near}"\ntimescale = "utc"\ndelay = "${ours}"\n${BRISK}[sink.ntp.s]\nlisten = "127.0.0.1:1123"\n`,
      );
      await until(
        () => syncsOf(hub),
        (count) => count >= ENOUGH,
        60_000,
      );
      const status = await hub.status();
      expect(status.mode).to.equal('unsynchronised');
      expect(status.ntp.stratum).to.equal(16);
      const [source] = status.sources;
      expect(source).to.include({ state, weight: 0, boundNs: null });
      expect(source!.reason).to.match(/delay/);
    });
});
