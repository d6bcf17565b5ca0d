/** Exit statuses that monitoring can rely on (sysexits.h for the last three). docs/operations.md has the table. */
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

/** Codes, and beginnings of codes that end in `_`; the first that fits counts. */
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

/** The exit status of a command that ends with this error code; all that is not foreseen is 70. */
export function statusOf(code: string): ExitStatus {
  const found = STATUS_OF.find(([key]) => (key.endsWith('_') ? code.startsWith(key) : code === key));
  return found?.[1] ?? EXIT.software;
}
