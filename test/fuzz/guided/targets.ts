/**
 * The targets of ./targets, each with its number of inputs in `npm run test:full`, 1 to 8 s of processor time each, and the
 * minimum number of edges that these reach.
 */
export const TARGETS = {
  'ptp-codec': { runs: 300_000, edges: 170 },
  'ptp-receiver': { runs: 9_000, edges: 750 },
  'ptp-transmitter': { runs: 18_000, edges: 680 },
  'ptp-management': { runs: 15_000, edges: 220 },
  'ntp-client': { runs: 90_000, edges: 95 },
  'ntp-server': { runs: 720_000, edges: 120 },
  'ntp-v5': { runs: 2_400_000, edges: 125 },
  'nts-key-exchange': { runs: 12_000, edges: 120 },
  'nts-packets': { runs: 180_000, edges: 130 },
  'csptp-client': { runs: 120_000, edges: 200 },
  'csptp-server': { runs: 1_800_000, edges: 55 },
  gpsd: { runs: 12_000, edges: 360 },
  nmea: { runs: 24_000, edges: 400 },
  ubx: { runs: 24_000, edges: 520 },
  texts: { runs: 360_000, edges: 115 },
  'leap-list': { runs: 120_000, edges: 28 },
  'state-file': { runs: 90_000, edges: 15 },
} as const;

export type TargetName = keyof typeof TARGETS;

export const TARGET_NAMES = Object.keys(TARGETS) as TargetName[];
