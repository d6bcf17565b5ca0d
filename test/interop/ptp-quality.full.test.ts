import { EMBEDDED_LEAP_TABLE } from '../../src/core/leap/leap-seconds.js';
import { Bench } from '../bench.js';
import { until } from '../poll.js';
import { Gnss } from './gnss.js';
import type { Pmc } from './pmc.js';
import { PtpRig } from './ptp-rig.js';

/** Time from 1900-01-01 to 1970-01-01, s. */
const NTP_EPOCH_S = 2_208_988_800n;
const NS_PER_S = 1_000_000_000n;
/** GPS − UTC, s: the true value, and that of a receiver without the newest almanac. */
const [LEAPS, OLD_LEAPS] = [18, 17];

/** Members of the data set: the clockClass, and whether the UTC offset is known. */
const SETTINGS = ['clockClass', 'currentUtcOffsetValid'];
const walkOf = (pmc: Pmc) => pmc.walk('GRANDMASTER_SETTINGS_NP', SETTINGS);

describe('the quality of a grandmaster, seen by pmc', function () {
  this.timeout(240_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  it('walks 248, 6, 7, 52 and 6 as the receiver locks, is lost, drifts and returns; 6 not before TAI − UTC is known', async function () {
    const rig = PtpRig.make(this, bench, 2);
    const [a, b] = rig.machines;
    const gnss = await Gnss.start(bench, a!.namespace);
    const socket = bench.folder.at('management');
    const hub = await a!.hub(
      `[hub]\nmax-error = "1s"\ntracking-error = "30us"\n[source.gpsd.gnss]\naddress = "127.0.0.1:${gnss.port}"\n` +
        `[sink.ptp.lan]\ninterface = "${a!.far}"\nimprove-after = "0s"\nrole = "fixed"\n` +
        `management = "${socket}"\nmanagement-over-network = true\n`,
      [`TZDIR=${leapSecondsOfThisProgram(bench)}`],
    );
    const managers = [rig.pmcAt(socket), rig.pmcOn(b!, b!.near)];
    for (const pmc of managers) pmc.poll('GET GRANDMASTER_SETTINGS_NP');
    const all = (...walk: string[]) =>
      until(
        async () => managers.map(walkOf),
        (walks) => walks.every((each) => each.join() === walk.join()),
        90_000,
      );

    const known = EMBEDDED_LEAP_TABLE.expires > BigInt(Date.now()) * 1_000_000n;
    const start = known ? ['248 1'] : ['248 1', '248 0'];
    // If the table has expired, the receiver's leap seconds count. If the two differ, neither counts.
    gnss.find(known ? LEAPS : OLD_LEAPS);
    if (!known) {
      await hub.until(({ mode }) => mode === 'tracking');
      await all(...start);
      gnss.find(LEAPS);
    }
    await all(...start, '6 1');
    gnss.lose();
    await all(...start, '6 1', '7 1');
    await all(...start, '6 1', '7 1', '52 1');
    gnss.find(LEAPS);
    await all(...start, '6 1', '7 1', '52 1', '6 1');
  });
});

/** Returns a folder with the hub's embedded table of leap seconds: the machine's tzdata may have newer ones. */
function leapSecondsOfThisProgram(bench: Bench): string {
  const { steps, expires } = EMBEDDED_LEAP_TABLE;
  const ntp = (at: bigint) => at / NS_PER_S + NTP_EPOCH_S;
  const lines = [`#@ ${ntp(expires)}`, ...steps.map(({ at, taiMinusUtc }) => `${ntp(at)} ${taiMinusUtc}`)];
  bench.write('leap-seconds.list', `${lines.join('\n')}\n`);
  return bench.folder.path;
}
