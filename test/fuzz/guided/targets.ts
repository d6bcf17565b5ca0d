/**
 * The targets of ./targets, each with its number of inputs in `npm run test:full`, about 10 s of processor time, and the
 * minimum number of edges that these reach.
 */
export const TARGETS = {
  'ptp-codec': { runs: 500_000, edges: 170 },
  'ptp-receiver': { runs: 15_000, edges: 750 },
  'ptp-transmitter': { runs: 30_000, edges: 680 },
  'ptp-management': { runs: 25_000, edges: 220 },
  'ntp-client': { runs: 150_000, edges: 95 },
  'ntp-server': { runs: 1_200_000, edges: 120 },
  'nts-key-exchange': { runs: 20_000, edges: 120 },
  'nts-packets': { runs: 300_000, edges: 130 },
  'csptp-client': { runs: 200_000, edges: 200 },
  'csptp-server': { runs: 3_000_000, edges: 55 },
  gpsd: { runs: 20_000, edges: 360 },
  texts: { runs: 600_000, edges: 115 },
  'leap-list': { runs: 200_000, edges: 28 },
  'state-file': { runs: 150_000, edges: 15 },
} as const;

export type TargetName = keyof typeof TARGETS;

export const TARGET_NAMES = Object.keys(TARGETS) as TargetName[];
