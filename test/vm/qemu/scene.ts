import { Bench } from '../../bench.js';
import { runGuest } from './guest.js';
import { boot } from './image.js';

/** One guest in counted time: linuxptp on card 0, the hub on card 1. Clocks are named below /dev. */
export interface Scene {
  readonly name: string;
  /** The hub's configuration. */
  readonly hub: string;
  /** Shell text: sets the clocks, in a guest whose cards are up and carry the virtual clocks /dev/ptp2 and /dev/ptp3. */
  readonly clocks: string;
  /** The grandmaster's card. */
  readonly master: 0 | 1;
  /** Shell text: starts the hub and ptp4l. */
  readonly start: string;
  /** The reference clock, and the clocks that are compared with it. */
  readonly reference: string;
  readonly observed: readonly string[];
  readonly seconds: number;
  /** Further programs: path in the guest → module below test/vm/qemu/guest. */
  readonly programs?: Readonly<Record<string, string>>;
}

/** Reference − clock at one second, ns. */
export interface Sighting {
  readonly atS: number;
  readonly offsetsNs: Readonly<Record<string, number>>;
}

export interface Course {
  readonly sightings: readonly Sighting[];
  /** Other output of the guest. */
  readonly log: string;
}

/** Runs the scene, or skips the test. */
export async function observe(context: Mocha.Context, scene: Scene): Promise<Course> {
  boot(context);
  const bench = new Bench();
  try {
    const plan = {
      name: scene.name,
      job: jobOf(scene),
      files: { 'hub.toml': scene.hub },
      programs: { 'repo/truth.mjs': 'truth.ts', ...scene.programs },
    };
    const text = await runGuest(bench, plan, GIVEN_UP_S);
    const sightings = [...text.matchAll(/^TRUTH (.*)$/gm)].map((match) => JSON.parse(match[1]!) as Sighting);
    for (const { atS, offsetsNs } of sightings) {
      process.stdout.write(`${scene.name} ${atS.toFixed(1)} s ${JSON.stringify(offsetsNs)}\n`);
    }
    return { sightings, log: text.replaceAll(/^TRUTH .*\n/gm, '') };
  } finally {
    await bench.clear();
  }
}

/** Returns the largest distance of a clock's offset from `targetNs`, ns. */
export const worstNs = ({ sightings }: Course, clock: string, targetNs: number, fromS: number): number =>
  Math.max(...sightings.filter(({ atS }) => atS >= fromS).map((seen) => Math.abs(seen.offsetsNs[clock]! - targetNs)));

/** Command of ptp4l on card 0 with its virtual clock. */
export const PTP4L = `ip netns exec m ptp4l -2 -E -H -i eth0 -m --phc_index 2 --tx_timestamp_timeout 50 \\
  --logAnnounceInterval -1 --logSyncInterval -2 --logMinDelayReqInterval -2 \\
  --uds_address /run/m --uds_ro_address /run/mro`;

/** Configuration of the hub: its port on card 1 with the virtual clock that it steers, and its control socket. */
export const PORT = `interface = "eth1"
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

/** Maximum time of a run, s of this machine's time. */
const GIVEN_UP_S = 1500;

const jobOf = ({ clocks, master, start, reference, observed, seconds }: Scene): string => `${CARDS}
${clocks}
${stampEvents(master)}
${start}
node /repo/truth.mjs ${seconds} ${reference} ${observed.join(' ')}
node /repo/bin/timehub status --socket /run/hub.sock
tail -n 40 /run/*.log
`;

/** The emulated clocks apply a frequency wrongly: only virtual clocks on top of them are right. */
const CARDS = `# The shell would take its own.
ip() { /usr/sbin/ip "$@"; }
modprobe igb
modprobe veth
sleep 1
ip netns add m
ip link set eth0 netns m
ip -n m link set eth0 up
ip link set eth1 up
sleep 3
echo 1 >/sys/class/ptp/ptp0/n_vclocks
echo 1 >/sys/class/ptp/ptp1/n_vclocks
`;

/** Registers of the card: the message type that it stamps on receipt, and the stamp whose reading allows the next. */
const STAMPED_TYPE = 0x5f50;
const RECEIVE_STAMP_HIGH = 0xb630;
const DELAY_REQ = 0x0100;

/**
 * The emulated cards stamp one type of message (Sync by default), and the next one only after the last stamp was
 * read in a way that the driver does not know. This loop makes up for it: card \`master\` stamps Delay_Req, the other Sync.
 */
const stampEvents = (
  master: 0 | 1,
): string => `base() { printf '%d' "$(head -n 1 "/sys/bus/pci/devices/0000:00:$1.0/resource" | cut -d' ' -f1)"; }
card0=$(base 02)
card1=$(base 04)
(
  while :; do
    devmem $((card${master} + ${STAMPED_TYPE})) 32 ${DELAY_REQ}
    devmem $((card0 + ${RECEIVE_STAMP_HIGH})) 32
    devmem $((card1 + ${RECEIVE_STAMP_HIGH})) 32
    usleep 30000
  done
) >/dev/null 2>&1 &
`;
