/** Exit statuses that monitoring can rely on (sysexits.h for the last two). */
export const EXIT = {
  synchronised: 0,
  degraded: 1,
  unsynchronised: 2,
  unreachable: 3,
  usage: 64,
  software: 70,
  config: 78,
} as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];
