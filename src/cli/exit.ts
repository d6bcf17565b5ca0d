import type { StatusReport } from '../api/index.js';

/** Exit statuses, stable for monitoring; the last three are those of sysexits.h. docs/operations.md has the table. */
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

/** Exit status by error code, or by the beginning of a code that ends in `_`. The first match counts. */
const STATUS_OF: readonly (readonly [string, ExitStatus])[] = [
  ['TH_CLI_NO_HUB', EXIT.unreachable],
  ['TH_CLI_NO_REPLY', EXIT.unreachable],
  ['TH_LAB_UNREACHABLE', EXIT.unreachable],
  ['TH_NET_RESOLVE', EXIT.unreachable],
  ['TH_CLI_', EXIT.usage],
  ['TH_REPLAY_FORMAT', EXIT.usage],
  ['TH_LAB_COMMAND', EXIT.usage],
  ['TH_LAB_UNKNOWN', EXIT.usage],
  ['TH_LAB_TABLE', EXIT.config],
  ['TH_CFG_', EXIT.config],
];

/** Returns the exit status of a command that fails with this error code: 70 if the code is not in the list. */
export function statusOf(code: string): ExitStatus {
  const found = STATUS_OF.find(([key]) => (key.endsWith('_') ? code.startsWith(key) : code === key));
  return found?.[1] ?? EXIT.software;
}

/** Returns the exit status of a hub's state: 0 tracking, 1 holdover or a sink without effect, 2 no trusted time. */
export function statusOfHub({ mode, sinks }: StatusReport): ExitStatus {
  if (mode === 'holdover') return EXIT.degraded;
  if (mode !== 'tracking') return EXIT.unsynchronised;
  const isFaulty = sinks.some(({ state }) => state === 'failed' || state === 'refused');
  return isFaulty ? EXIT.degraded : EXIT.synchronised;
}
