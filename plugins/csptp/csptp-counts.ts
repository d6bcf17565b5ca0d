/** Counts of the server, with their descriptions. */
export const CSPTP_COUNTS = {
  requests: 'Datagrams received',
  replies: 'Requests answered with a Sync',
  followups: 'Follow_Ups sent',
  unstamped: 'Syncs without a Follow_Up, because no stamp of their sending came',
  denied: 'Requests refused by the access lists',
  limited: 'Requests refused by the rate limit',
  short: 'Requests too short to be answered without amplifying them',
  ignored: 'Datagrams that are no valid request',
  unsent: 'Answers that could not be sent',
} as const;

export type CsptpCount = keyof typeof CSPTP_COUNTS;

export const CSPTP_COUNT_NAMES = Object.keys(CSPTP_COUNTS) as readonly CsptpCount[];
