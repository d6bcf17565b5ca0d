/** The targets of ./targets, and how many inputs each is given in `npm run test:full`: ten seconds or so. */
export const TARGETS = {
  'ptp-codec': 1_000_000,
  'ptp-receiver': 100_000,
  'ptp-transmitter': 100_000,
  'ptp-management': 500_000,
  'ntp-client': 1_000_000,
  'ntp-server': 2_000_000,
  'csptp-client': 1_000_000,
  'csptp-server': 2_000_000,
  gpsd: 200_000,
  texts: 500_000,
  'leap-list': 300_000,
  'state-file': 200_000,
} as const;

export type TargetName = keyof typeof TARGETS;

export const TARGET_NAMES = Object.keys(TARGETS) as TargetName[];
