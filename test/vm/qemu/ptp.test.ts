import { expect } from 'chai';
import { Bench } from '../../bench.js';
import { runGuest } from './guest.js';
import { boot } from './image.js';
import { CARDS, parseTruth, stampEvents, type Truth, withoutTruth } from './wire.js';

const SECONDS = Number(process.env.TIMEHUB_GUEST_SECONDS ?? 60);

/** From here on the clocks count as settled. */
const SETTLED_S = 30;

/** The hub on card 1: its clock by the grandmaster's messages, the machine's clock by the card's. */
const HUB = `[source.ptp.grandmaster]
interface = "eth1"
transport = "ethernet"
stamps = "hardware"
clock = "ptp3"
announce-interval = "500ms"
sync-interval = "250ms"
delay-interval = "250ms"
[source.phc.card]
clock = "ptp3"
[sink.phc.steer-card]
clock = "ptp3"
steer = true
[sink.system-clock.local]
steer = true
[sink.observability.local]
socket = "/run/hub.sock"
`;

/** The hub as grandmaster on card 1; it has its time from a server on the same machine. */
const GRANDMASTER = `[source.ntp.reference]
address = "127.0.0.1:PORT"
poll-min = "1s"
poll-max = "2s"
[source.phc.card]
clock = "ptp3"
[sink.phc.steer-card]
clock = "ptp3"
steer = true
[sink.ptp.lan]
interface = "eth1"
transport = "ethernet"
stamps = "hardware"
clock = "ptp3"
role = "fixed"
announce-interval = "500ms"
sync-interval = "250ms"
delay-interval = "250ms"
[sink.observability.local]
socket = "/run/hub.sock"
`;

const RATES = '--logAnnounceInterval -1 --logSyncInterval -2 --logMinDelayReqInterval -2';

/** The grandmaster's clock keeps TAI, 0.3 s ahead of the machine's, and runs 5 ppm fast; the hub's is 1 ms off it. */
const JOB = `${CARDS}
phc_ctl /dev/ptp2 set adj 37.3 freq 5000
phc_ctl /dev/ptp3 set adj 37.301
${stampEvents(0)}
ip netns exec m ptp4l -2 -E -H -i eth0 -m --phc_index 2 ${RATES} --tx_timestamp_timeout 50 \\
  --uds_address /run/m --uds_ro_address /run/mro >/run/master.log 2>&1 &
sleep 2
node /repo/bin/timehub run /hub.toml >/run/hub.log 2>&1 &
node /repo/truth.mjs ${SECONDS} ptp2 ptp3 system
node /repo/bin/timehub status --socket /run/hub.sock
node /repo/bin/timehub show ptp.grandmaster --socket /run/hub.sock
phc_ctl /dev/ptp3 freq
cat /run/hub.log
tail -n 5 /run/master.log
grep -c without /run/master.log
`;

describe('a hub on a card that stamps, beside a grandmaster of linuxptp', function () {
  this.timeout(600_000);
  let bench: Bench;
  let log: string;
  let truth: readonly Truth[];
  before(async function () {
    boot(this);
    bench = new Bench();
    log = await runGuest(
      bench,
      {
        name: 'ptp',
        job: JOB,
        files: { 'hub.toml': HUB },
        programs: { 'repo/truth.mjs': 'truth.ts' },
      },
      500,
    );
    truth = parseTruth(log);
    log = withoutTruth(log);
    tellCourse(truth);
  });
  after(() => bench?.clear());

  const worstNs = (fromS: number, clock: string, targetNs: number): number =>
    Math.max(...truth.filter(({ atS }) => atS >= fromS).map(({ offsetsNs }) => Math.abs(offsetsNs[clock]! - targetNs)));

  it('brings the card from 1 ms and 5 ppm off to within 100 ns, and keeps it there', () => {
    expect(truth, log).to.have.length.above(SECONDS / 2);
    expect(Math.abs(truth[0]!.offsetsNs.ptp3!), log).to.be.within(5e5, 2e6);
    expect(worstNs(SETTLED_S, 'ptp3', 0), log).to.be.below(100);
  });

  it('keeps the clock of the machine by the card, 37 s behind TAI, without phc2sys', () => {
    expect(worstNs(SETTLED_S, 'system', 37e9), log).to.be.below(500);
  });
});

/**
 * ptp4l on card 0 begins 1 ms off the hub's clock, which it finds 5 ppm slow. The server dies before: what is left is a clock
 * in holdover, so that what the follower is off by is not the noise of a server under emulation.
 */
const FOLLOWED = `${CARDS}
phc_ctl /dev/ptp3 set adj 37.001
phc_ctl /dev/ptp2 set adj 37 freq 5000
${stampEvents(1)}
node /repo/reference.mjs >/run/port &
reference=$!
while [ ! -s /run/port ]; do sleep 0.1; done
sed -i "s/PORT/$(cat /run/port)/" /hub.toml
node /repo/bin/timehub run /hub.toml >/run/hub.log 2>&1 &
node /repo/bin/timehub wait --max-error 10ms --timeout 30s --socket /run/hub.sock
sleep 5
kill $reference
sleep 10
ip netns exec m ptp4l -2 -E -H -s -i eth0 -m --phc_index 2 ${RATES} --tx_timestamp_timeout 50 --summary_interval 0 \\
  --first_step_threshold 0.00001 --uds_address /run/m --uds_ro_address /run/mro >/run/slave.log 2>&1 &
node /repo/truth.mjs ${SECONDS} ptp3 ptp2
node /repo/bin/timehub status --socket /run/hub.sock
cat /run/hub.log /run/slave.log
`;

describe('a grandmaster of ours on a card that stamps, beside a follower of linuxptp', function () {
  this.timeout(600_000);
  let bench: Bench;
  let log: string;
  let truth: readonly Truth[];
  before(async function () {
    boot(this);
    bench = new Bench();
    log = await runGuest(
      bench,
      {
        name: 'grandmaster',
        job: FOLLOWED,
        files: { 'hub.toml': GRANDMASTER },
        programs: { 'repo/truth.mjs': 'truth.ts', 'repo/reference.mjs': 'reference.ts' },
      },
      500,
    );
    truth = parseTruth(log);
    log = withoutTruth(log);
    tellCourse(truth);
  });
  after(() => bench?.clear());

  it('is followed to within 100 ns', () => {
    expect(truth, log).to.have.length.above(SECONDS / 2);
    // The hub gives the time that it believes in, not that of its clock, which is still on its way there.
    const late = truth
      .filter(({ atS }) => atS >= SETTLED_S)
      .map(({ offsetsNs, believedNs }) => Math.abs(offsetsNs.ptp2! + believedNs['phc:ptp3']!));
    expect(Math.max(...late), log).to.be.below(100);
  });
});

function tellCourse(truth: readonly Truth[]): void {
  for (const { atS, ...rest } of truth) process.stdout.write(`${atS.toFixed(1)} s ${JSON.stringify(rest)}\n`);
}
