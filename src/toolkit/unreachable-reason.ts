import type { Ns } from '../api/time.js';
import { formatDuration } from '../api/units.js';

export interface Missing {
  /** A sentence about the replies that came and were refused. */
  readonly refused: string | undefined;
  /** What the network or the server said instead, a sentence. */
  readonly cause: string | undefined;
  readonly requests: number;
  /** Since the first of these requests. */
  readonly sinceNs: Ns;
  /** Since the last reply; undefined: there was none. */
  readonly replyAgeNs: Ns | undefined;
}

/** Why a source is unreachable: `no reply to 4 requests in 34 s; the last reply came 40 s ago`. */
export function missing({ refused, cause, requests, sinceNs, replyAgeNs }: Missing): string {
  const what = refused ?? cause ?? `no reply to ${requests} requests in ${wholeSeconds(sinceNs)}`;
  return replyAgeNs === undefined
    ? what
    : `${what}; the last ${refused === undefined ? '' : 'accepted '}reply came ${wholeSeconds(replyAgeNs)} ago`;
}

const wholeSeconds = (ns: Ns): string => formatDuration(Math.round(ns / 1e9) * 1e9);
