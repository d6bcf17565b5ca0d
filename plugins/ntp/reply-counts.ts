import { SILENCES, type Silence } from 'timehub/protocol/ntp';

/** What a handler of requests counts, and its description as a metric. */
export const REPLY_COUNTS = {
  requests: 'Datagrams received',
  replies: 'Requests answered with the time',
  kisses: 'Requests answered with a kiss of death',
  denied: 'Requests refused by the access lists',
  limited: 'Requests refused by the rate limit',
  unsent: 'Replies that could not be sent; they are counted above, too',
} as const;

export type ReplyCount = keyof typeof REPLY_COUNTS;

/** All counts: those above, then the requests without an answer by reason. */
export const COUNT_NAMES: readonly (ReplyCount | Silence)[] = [
  ...(Object.keys(REPLY_COUNTS) as ReplyCount[]),
  ...SILENCES,
];
