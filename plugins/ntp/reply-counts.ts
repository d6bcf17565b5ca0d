import { SILENCES, type Silence } from 'timehub/protocol/ntp';

/** The counts of a handler of requests, each with its description as a metric. */
export const REPLY_COUNTS = {
  requests: 'Datagrams received',
  replies: 'Requests answered with the time',
  interleaved: 'Requests answered with the time in the interleaved mode (also counted as replies)',
  kisses: 'Requests answered with a kiss of death',
  naks: 'Requests with a MAC that no key verifies, answered with a crypto-NAK',
  denied: 'Requests refused by the access lists',
  limited: 'Requests refused by the rate limit',
  unsent: 'Replies that could not be sent; they are counted above, too',
  nts_replies: 'Requests with NTS answered with the time',
  nts_naks: 'Requests with NTS whose cookie or authenticator was not valid (NTSN)',
  nts_ignored: 'Requests with NTS that are malformed',
} as const;

export type ReplyCount = keyof typeof REPLY_COUNTS;

/** All counts: those above, then the requests without an answer by reason. */
export const COUNT_NAMES: readonly (ReplyCount | Silence)[] = [
  ...(Object.keys(REPLY_COUNTS) as ReplyCount[]),
  ...SILENCES,
];
