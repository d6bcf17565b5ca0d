import { expect } from 'chai';
import { Bench } from '../../../bench.js';
import { type Summary, summarise } from '../../uml/offsets.js';
import { boot } from '../image.js';
import { compare, doubtNs } from './compare.js';
import { type PairRecord, runPair } from './pair.js';

/** Number of rounds. In each, one program after the other steers the guest's clock. */
const ROUNDS = Number(process.env.TIMEHUB_GUEST_ROUNDS ?? 1);
/** Time before the measurement, s. An emulated processor needs 10 s to start the hub, and its clock is disturbed meanwhile. */
const SETTLING_S = 30;
const MEASURED_S = 20;
const TIMEOUT_S = 120 + 2 * ROUNDS * (SETTLING_S + MEASURED_S + 20);

interface Mode {
  readonly title: string;
  readonly ptp4l: string;
  /** Lines of the hub's source table. */
  readonly source: string;
  readonly files: Readonly<Record<string, string>>;
}

const MODES: readonly Mode[] = [
  {
    title: 'layer 2, end to end',
    ptp4l: '-2 -E --logAnnounceInterval -1 --logSyncInterval -2 --logMinDelayReqInterval -2',
    source: `transport = "ethernet"
announce-interval = "500ms"
sync-interval = "250ms"
delay-interval = "250ms"
`,
    files: {},
  },
  {
    title: 'gPTP',
    ptp4l: '-f /gptp.cfg',
    source: 'profile = "gptp"\nneighbour-threshold = "20ms"\n',
    // linuxptp's own gPTP.cfg with another threshold.
    files: {
      'gptp.cfg': `[global]
gmCapable 1
priority1 248
logSyncInterval -3
neighborPropDelayThresh 20000000
min_neighbor_prop_delay -20000000
assume_two_step 1
path_trace_enabled 1
follow_up_info 1
transportSpecific 0x1
ptp_dst_mac 01:80:C2:00:00:0E
network_transport L2
delay_mechanism P2P
`,
    },
  },
];

const CARD = `modprobe igb
sleep 1
ip link set eth0 up
sleep 2
echo 1 >/sys/class/ptp/ptp0/n_vclocks
`;
const PTP4L = 'ptp4l -H -i eth0 -m --phc_index 1 --tx_timestamp_timeout 50';

/** Shell text of the grandmaster. Its clock runs 5 ppm faster than both cards. */
const grandmaster = ({ ptp4l }: Mode): string => `${CARD}
phc_ctl /dev/ptp1 set adj 37.3 freq 5000
node /repo/against-card.mjs 0 ${TIMEOUT_S} master eth0 ptp1 &
${PTP4L} ${ptp4l} --priority1 10
`;

const hubOf = ({ source }: Mode): string => `[source.ptp.grandmaster]
interface = "eth0"
stamps = "hardware"
clock = "ptp1"
${source}[source.phc.card]
clock = "ptp1"
[sink.phc.steer-card]
clock = "ptp1"
steer = true
[sink.system-clock.local]
steer = true
[sink.observability.local]
socket = "/run/hub.sock"
`;

/** Shell text of the followers. Each begins with a clock that is off by 1 ms or more. */
const followers = ({ ptp4l }: Mode): string => `${CARD}
follow() {
  phc_ctl /dev/ptp1 adj 0.001 freq 0
  label=$1
  shift
  "$@" >/run/log 2>&1 &
  follower=$!
  node /repo/against-card.mjs ${SETTLING_S} ${MEASURED_S} $label eth0 ptp1 system
  echo "== $label"
  [ $label = hub ] && node /repo/bin/timehub status --socket /run/hub.sock
  kill $follower
  wait $follower
  cat /run/log
}
phc_ctl /dev/ptp1 set adj 37
for round in $(seq ${ROUNDS}); do
  follow hub node /repo/bin/timehub run /hub.toml
  follow ptp4l ${PTP4L} ${ptp4l} --priority1 250 --first_step_threshold 0.00001
done
`;

for (const mode of MODES) {
  describe(`two guests with cards that stamp, in real time: ${mode.title}`, function () {
    this.timeout((TIMEOUT_S + 120) * 1000);
    let log: string;
    let rms: ReturnType<typeof judge>;
    before(async function () {
      boot(this);
      const bench = new Bench();
      try {
        const programs = { 'repo/against-card.mjs': 'against-card.ts' };
        const a = { name: 'guest-a', job: grandmaster(mode), programs, files: mode.files };
        const b = {
          name: 'guest-b',
          job: followers(mode),
          programs,
          files: { ...mode.files, 'hub.toml': hubOf(mode) },
        };
        const record = await runPair(bench, { a, b, timeoutS: TIMEOUT_S });
        log = record.b.replaceAll(/^SEEN .*\n/gm, '');
        rms = judge(record);
        process.stdout.write(`${mode.title}, ±${doubtNs(record)} ns: ${JSON.stringify(rms)}\n`);
      } finally {
        await bench.clear();
      }
    });

    it('the hub keeps the card as near to the grandmaster as ptp4l does, to a factor of 1.2', () => {
      expect(rms.hub.rmsNs, log).to.be.below(1.2 * rms.ptp4l.rmsNs);
    });

    it('the clock of the machine is kept by the same hub, as near to the grandmaster', () => {
      expect(rms.system.rmsNs, log).to.be.below(1.2 * rms.ptp4l.rmsNs);
    });
  });
}

const TAI_MINUS_UTC_NS = 37e9;

function judge(record: PairRecord): Readonly<Record<'hub' | 'ptp4l' | 'system', Summary>> {
  const all = compare(record, 'ptp1');
  const offsets = (label: string, clock: string, targetNs: number) =>
    all
      .filter((compared) => compared.label === label)
      .map(({ atS, offsetsNs }) => ({ atS, offsetNs: offsetsNs[clock]! - targetNs }));
  const summary = (label: string, clock: string, targetNs = 0) => summarise(offsets(label, clock, targetNs), 0);
  return {
    hub: summary('hub', 'ptp1'),
    ptp4l: summary('ptp4l', 'ptp1'),
    system: summary('hub', 'system', TAI_MINUS_UTC_NS),
  };
}
