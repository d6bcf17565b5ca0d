import type { Claims, Context, HubReport, Observation, SinkContext, SourceContext, TimeState } from 'timehub/api';
import type { World } from './world.js';

/** What an instance did, in order. */
export interface Deeds {
  readonly observations: (readonly Observation[])[];
  readonly claims: Claims[];
  readonly unreachable: string[];
  readonly replaced: string[];
  /** Marks of requests. */
  readonly asked: { readonly mark: Uint8Array; readonly offset: number }[];
  readonly health: { readonly state: 'ok' | 'degraded'; readonly reason: string }[];
}

const notHere = (): never => {
  throw new Error('NTP has no use for it');
};

function base(world: World, record: Deeds, id = 'ntp.test'): Context {
  const quiet = () => undefined;
  return {
    id,
    log: { debug: quiet, info: quiet, warn: quiet },
    metrics: { counter: () => quiet, gauge: () => quiet, onRead: quiet },
    network: {
      udp: (options) => world.udp(options),
      ethernet: notHere,
      unixDatagram: notHere,
      pdelayResponder: notHere,
      interface: notHere,
      onLink: notHere,
      tcp: () => Promise.reject(new Error('no TCP here')),
      resolve: (host) => world.resolve(host),
      addresses: () => world.own,
    },
    identity: {
      asks: (mark, offset) => void record.asked.push({ mark: mark.slice(), offset }),
      hears: quiet,
      serves: quiet,
      uses: quiet,
      isOwn: () => false,
    },
    signal: new AbortController().signal,
    monotonic: () => world.now,
    read: () => world.stamp('user'),
    openClock: notHere,
    after: (delayNs, handler) => world.at(delayNs, handler),
    ordinal: 1,
    common: (make) => world.common(make),
    remembered: undefined,
    remember: notHere,
    random: (octets) => world.random(octets),
    health: (state, reason) => record.health.push({ state, reason }),
    fail: (error) => {
      throw error;
    },
  };
}

export function sourceContext(world: World, id = 'ntp.test'): SourceContext & { readonly record: Deeds } {
  const record: Deeds = { observations: [], claims: [], unreachable: [], replaced: [], asked: [], health: [] };
  return {
    ...base(world, record, id),
    record,
    report: ({ claims, observations }) => {
      if (claims !== undefined) record.claims.push(claims);
      if (observations.length > 0) record.observations.push(observations);
    },
    unreachable: (reason) => record.unreachable.push(reason),
    discontinuity: () => undefined,
    replaced: (reason) => record.replaced.push(reason),
    voteState: () => world.voteState(id),
    worthAskingIn: (minNs, maxNs) => Math.min(maxNs, Math.max(minNs, world.worthNs)),
  };
}

export function sinkContext(
  world: World,
  first: TimeState,
): SinkContext & { readonly record: Deeds; publish(state: TimeState): void } {
  const record: Deeds = { observations: [], claims: [], unreachable: [], replaced: [], asked: [], health: [] };
  let state = first;
  const handlers: ((state: TimeState) => void)[] = [];
  return {
    ...base(world, record),
    record,
    state: () => state,
    onState: (handler) => handlers.push(handler),
    discipline: () => {
      throw new Error('an NTP server steers nothing');
    },
    hub: {} as HubReport,
    publish(next) {
      state = next;
      for (const handler of handlers) handler(next);
    },
  };
}
