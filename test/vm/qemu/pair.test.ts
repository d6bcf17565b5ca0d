import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { Bench } from '../../bench.js';
import { boot } from './image.js';
import { runPair } from './pair.js';

const SETTLE = Number(process.env.SETTLE ?? 15);
const MEASURE = Number(process.env.MEASURE ?? 25);
const MODE = process.env.MODE ?? 'e2e';
const ORDER = (process.env.ORDER ?? 'hub ptp4l').split(' ');

const CARD = `modprobe igb
sleep 1
ip link set eth0 up
sleep 2
echo 1 >/sys/class/ptp/ptp0/n_vclocks
`;
const E2E = '-2 -E -H --logAnnounceInterval -1 --logSyncInterval -2 --logMinDelayReqInterval -2';
const GPTP = '-f /gptp.cfg -H';
const PTP4L = `ptp4l ${MODE === 'e2e' ? E2E : GPTP} -i eth0 -m --phc_index 1 --tx_timestamp_timeout 50`;
const GPTP_CFG = `[global]
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
`;
const HUB = `[source.ptp.grandmaster]
interface = "eth0"
stamps = "hardware"
clock = "ptp1"
${
  MODE === 'e2e'
    ? `transport = "ethernet"
announce-interval = "500ms"
sync-interval = "250ms"
delay-interval = "250ms"`
    : `profile = "gptp"
neighbour-threshold = "20ms"`
}
[source.phc.card]
clock = "ptp1"
[sink.phc.steer-card]
clock = "ptp1"
steer = true
[sink.system-clock.local]
steer = true
[sink.observability.local]
socket = "/run/hub.sock"
`;

const A = `${CARD}
phc_ctl /dev/ptp1 set adj 37.3 freq 5000
node /repo/against-card.mjs 2000 master eth0 ptp1 &
${PTP4L} --priority1 10
`;
const phase = (who: string): string => `
phc_ctl /dev/ptp1 set adj 37.001 freq 0
${
  who === 'hub'
    ? 'node /repo/bin/timehub run /hub.toml >/run/log 2>&1 &'
    : `${PTP4L} --priority1 250 ${MODE === 'e2e' ? '-s' : ''} --first_step_threshold 0.00001 ${process.env.PI ?? ''} >/run/log 2>&1 &`
}
pid=$!
node /repo/against-card.mjs ${SETTLE} settle-${who} eth0 ptp1 system
node /repo/against-card.mjs ${MEASURE} ${who} eth0 ptp1 system
${
  who === 'hub'
    ? `
node /repo/bin/timehub status --socket /run/hub.sock
node /repo/bin/timehub show ptp.grandmaster --socket /run/hub.sock
`
    : ''
}
kill $pid
wait $pid
cat /run/log
`;

describe('two guests', function () {
  this.timeout(600_000);
  it('runs', async function () {
    boot(this);
    const bench = new Bench();
    try {
      const programs = { 'repo/against-card.mjs': 'against-card.ts' };
      const files = { 'gptp.cfg': GPTP_CFG };
      const record = await runPair(bench, {
        a: { name: 'guest-a', job: A, programs, files },
        b: { name: 'guest-b', job: CARD + ORDER.map(phase).join(''), programs, files: { ...files, 'hub.toml': HUB } },
        timeoutS: 400,
      });
      writeFileSync(process.env.OUT ?? '/tmp/rig-pair.json', JSON.stringify(record));
      expect(record.surveys).to.have.keys('a', 'b');
    } finally {
      await bench.clear();
    }
  });
});
