import type { Metrics } from 'timehub/api';

/** Reasons for which the hub ends a connection or refuses a request. */
export const REFUSALS = {
  malformed: 'the input is not HTTP',
  pipelining: 'more requests than may wait on one connection',
  'slow-request': 'no complete request within the time limit',
  'slow-reader': 'a response or a stream that the peer does not read',
  evicted: 'all connections were in use',
  flood: 'too many connections a second',
  busy: 'the budget of CPU time was used up',
  streams: 'all streams were in use',
  forbidden: 'a method, body or Host that is not allowed',
  fault: 'the response could not be made',
} as const;

export type Refusal = keyof typeof REFUSALS;

export interface HttpCounters {
  request(): void;
  refusal(reason: Refusal): void;
}

/** Returns the counters of one listener, the socket or the port. No label names a peer, so peers cannot create series. */
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
