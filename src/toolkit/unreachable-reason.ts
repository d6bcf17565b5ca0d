import type { Ns } from '../api/time.js';
import { formatDuration } from '../api/units.js';

export interface MissingReplies {
  /** A sentence about the replies that came and were refused. */
  readonly refused: string | undefined;
  /** A sentence about the answer of the network or the server instead of a reply. */
  readonly cause: string | undefined;
  readonly requests: number;
  /** Time since the first of these requests. */
  readonly sinceNs: Ns;
  /** Time since the last reply. Undefined: there was none. */
  readonly replyAgeNs: Ns | undefined;
}

/** Returns why a source is unreachable: `no reply to 4 requests in 34 s; the last reply came 40 s ago`. */
export function unreachableReason({ refused, cause, requests, sinceNs, replyAgeNs }: MissingReplies): string {
  const what = refused ?? cause ?? `no reply to ${requests} requests in ${wholeSeconds(sinceNs)}`;
  return replyAgeNs === undefined
    ? what
    : `${what}; the last ${refused === undefined ? '' : 'accepted '}reply came ${wholeSeconds(replyAgeNs)} ago`;
}

const wholeSeconds = (ns: Ns): string => formatDuration(Math.round(ns / 1e9) * 1e9);
