import type { Metrics } from 'timehub/api';

/** Why a connection or a request was ended by the hub. */
export const REFUSALS = {
  malformed: 'no HTTP',
  pipelining: 'more requests than may wait on one connection',
  'slow-request': 'no whole request within its time',
  'slow-reader': 'an answer or a stream that the peer does not take',
  evicted: 'all connections were taken',
  flood: 'too many connections a second',
  busy: 'the share of CPU time was used up',
  streams: 'all streams were taken',
  forbidden: 'a method, body or Host that is refused',
  fault: 'an answer could not be made',
} as const;

export type Refusal = keyof typeof REFUSALS;

export interface HttpCounters {
  request(): void;
  refusal(reason: Refusal): void;
}

/** Counters of one way in, `via` the socket or the port. No label names a peer: strangers cannot make series. */
export function httpCounters(metrics: Metrics, via: 'socket' | 'port'): HttpCounters {
  const request = metrics.counter('requests_total', 'HTTP requests answered.', { via });
  const refusals = new Map(
    (Object.keys(REFUSALS) as Refusal[]).map((reason) => [
      reason,
      metrics.counter('refusals_total', 'HTTP requests and connections refused or cut, by reason.', { via, reason }),
    ]),
  );
  return { request: () => request(), refusal: (reason) => refusals.get(reason)!() };
}
