import {
  type Claims,
  type Context,
  type Discipline,
  HubError,
  type HubReport,
  type Observation,
  type SinkContext,
  type SourceContext,
  type StepPolicy,
  type TimeState,
} from '../api/index.js';
import type { LabHost } from './host.js';

/** What an instance said, in order, with the number of each metric as it stands. */
export interface Deeds {
  readonly observations: Observation[];
  readonly claims: Claims[];
  readonly unreachable: string[];
  readonly discontinuities: { readonly reason: string; readonly jumpNs?: number }[];
  readonly health: { readonly state: 'ok' | 'degraded'; readonly reason: string }[];
  readonly metrics: Record<string, number>;
  readonly failures: Error[];
}

/** A context without a kernel: it writes down what the instance does. For the tests of plugins. */
export function probeSource(host: LabHost, id: string): SourceContext & { readonly deeds: Deeds } {
  const deeds = noDeeds();
  return {
    ...base(host, id, deeds),
    deeds,
    observe: (observations) => void deeds.observations.push(...observations),
    claim: (claims) => void deeds.claims.push(claims),
    unreachable: (reason) => void deeds.unreachable.push(reason),
    discontinuity: (reason, jumpNs) =>
      void deeds.discontinuities.push({ reason, ...(jumpNs === undefined ? {} : { jumpNs }) }),
    replaced: () => undefined,
    voteState: () => 'combined',
    worthAskingIn: (minNs) => minNs,
  };
}

export interface SinkProbe extends SinkContext {
  readonly deeds: Deeds;
  /** The policy of the granted discipline, until it is released. */
  readonly policy: StepPolicy | undefined;
  publish(state: TimeState): void;
}

/** `grant` answers for the kernel: the discipline, or what it throws. */
export function probeSink(
  host: LabHost,
  id: string,
  first: TimeState,
  grant: () => Pick<Discipline, 'reason'>,
): SinkProbe {
  const deeds = noDeeds();
  const handlers: ((state: TimeState) => void)[] = [];
  let state = first;
  let policy: StepPolicy | undefined;
  return {
    ...base(host, id, deeds),
    deeds,
    get policy() {
      return policy;
    },
    state: () => state,
    onState: (handler) => void handlers.push(handler),
    discipline(clock, wanted) {
      if (clock !== 'system' && !host.phcs.some(({ id }) => id === clock))
        throw new HubError('TH_CLOCK_UNKNOWN', `there is no clock "${clock}"`);
      const granted = grant();
      policy = wanted;
      return Object.defineProperty({ release: () => (policy = undefined) } as unknown as Discipline, 'reason', {
        get: () => granted.reason,
      });
    },
    // The probed sinks do not look at the hub.
    hub: undefined as unknown as HubReport,
    publish(next) {
      state = next;
      for (const handler of handlers) handler(next);
    },
  };
}

const noDeeds = (): Deeds => ({
  ...{ observations: [], claims: [], unreachable: [], discontinuities: [] },
  ...{ health: [], metrics: {}, failures: [] },
});

function base(host: LabHost, id: string, deeds: Deeds): Context {
  const quiet = () => undefined;
  return {
    id,
    log: { debug: quiet, info: quiet, warn: quiet },
    metrics: {
      counter: (name) => {
        deeds.metrics[name] = 0;
        return (by = 1) => {
          deeds.metrics[name]! += by;
        };
      },
      gauge: (name) => (value) => {
        deeds.metrics[name] = value;
      },
      onRead: quiet,
    },
    network: host.network,
    identity: { asks: quiet, hears: quiet, serves: quiet, uses: quiet, isOwn: () => false },
    signal: new AbortController().signal,
    monotonic: () => host.monotonic(),
    read: (clock) => host.clocks.find((candidate) => candidate.id === clock)!.read(),
    openClock: (clock) => host.openClock(clock),
    after: (delayNs, handler) => host.after(delayNs, () => void handler()),
    ordinal: 1,
    common: (make) => make(),
    remembered: undefined,
    remember: () => {},
    random: (octets) => host.random(octets),
    health: (state, reason) => void deeds.health.push({ state, reason }),
    fail: (error) => void deeds.failures.push(error),
  };
}
