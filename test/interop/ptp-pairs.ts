import type { PtpRig } from './ptp-rig.js';

/** One way to run PTP between two machines, as ptp4l's arguments and as our configuration. */
export interface Pairing {
  readonly name: string;
  /** Returns arguments for ptp4l. `rig` has the paths of linuxptp's configurations. */
  readonly master: (rig: PtpRig) => readonly string[];
  readonly slave: (rig: PtpRig) => readonly string[];
  /** Arguments for linuxptp's management client. */
  readonly pmc: readonly string[];
  /** Lines of `[source.ptp.…]` and `[sink.ptp.…]`. */
  readonly ours: string;
  /** Further lines of our grandmaster's configuration. */
  readonly sink?: string;
}

/** Eight Syncs and Delay_Req a second, four Announces. */
const BRISK = [
  ...['--logSyncInterval', '-3', '--logMinDelayReqInterval', '-3', '--logMinPdelayReqInterval', '-3'],
  ...['--logAnnounceInterval', '-2'],
];
const OUR_BRISK = 'sync-interval = "125ms"\ndelay-interval = "125ms"\nannounce-interval = "250ms"';
/** Raises the limit of the link delay: with software stamps every neighbour seems far away. */
const FAR = ['--neighborPropDelayThresh', '20000000'];
const OUR_FAR = 'neighbour-threshold = "20ms"';

const plain = (name: string, flags: readonly string[], ours: string): Pairing => ({
  name,
  master: () => [...flags, ...BRISK],
  slave: () => [...flags, ...BRISK, '-s'],
  pmc: [],
  ours: `${ours}\n${OUR_BRISK}`,
});

export const PAIRINGS: readonly Pairing[] = [
  plain('UDPv4 E2E', ['-4', '-E'], 'transport = "udp4"'),
  plain('UDPv6 E2E', ['-6', '-E'], 'transport = "udp6"'),
  plain('UDPv4 P2P', ['-4', '-P'], 'transport = "udp4"\ndelay = "p2p"'),
  plain('L2 E2E', ['-2', '-E'], 'transport = "ethernet"'),
  plain('L2 P2P', ['-2', '-P'], 'transport = "ethernet"\ndelay = "p2p"'),
  {
    name: 'gPTP.cfg',
    master: (rig) => ['-f', rig.config('gPTP.cfg'), ...FAR],
    slave: (rig) => ['-f', rig.config('gPTP.cfg'), ...FAR, '-s'],
    pmc: ['-t', '1'],
    ours: `profile = "gptp"\n${OUR_FAR}`,
  },
  {
    name: 'automotive-*.cfg',
    master: (rig) => ['-f', rig.config('automotive-master.cfg'), ...FAR],
    slave: (rig) => ['-f', rig.config('automotive-slave.cfg'), ...FAR],
    pmc: ['-t', '1'],
    ours: `profile = "automotive"\n${OUR_FAR}`,
    // Without Announces, ptp4l cannot know that the served time is TAI.
    sink: 'timescale = "utc"',
  },
];

/** The pairings of `npm test`, by name: one of each transport and delay mechanism. The others are in `npm run test:full`. */
export const BRIEF: ReadonlySet<string> = new Set(['UDPv4 E2E', 'gPTP.cfg']);
