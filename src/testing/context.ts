import {
  type Context,
  HubError,
  type HubReport,
  type Ns,
  type SinkContext,
  type SourceContext,
  type SourceState,
  type StepPolicy,
  type TimeState,
} from '../api/index.js';
import { InstancesByType } from '../kernel/plugins/instances-by-type.js';
import { checkClaims, checkObservations } from '../kernel/plugins/observation-check.js';
import { Scope } from '../kernel/plugins/scope.js';
import { scopedNetwork } from '../kernel/plugins/scoped-network.js';
import { createLabHost, type LabHost } from '../lab/host.js';
import { emptyReport } from './hub-report.js';
import { FakeRecord } from './record.js';
import { timeStateOf } from './time-state.js';

/** The part of a machine that a context reaches. The lab's machine is one, over virtual time. */
export type FakeHost = Pick<LabHost, 'monotonic' | 'after' | 'random' | 'openClock'> & {
  readonly network: Context['network'];
  readonly sharedMemory?: Context['sharedMemory'];
  clock(...id: Parameters<Context['read']>): { read(): ReturnType<Context['read']> };
};

export interface FakeOptions<H extends FakeHost = LabHost> {
  /** The machine. Default: a new one in the lab, at address 192.0.2.1, whose system clock is right. */
  readonly host?: H;
  /** Instance id. Default `test.a`. */
  readonly id?: string;
  /** The value that an earlier run of the instance has kept by `remember`. */
  readonly remembered?: unknown;
}

export interface FakeSourceOptions<H extends FakeHost = LabHost> extends FakeOptions<H> {
  /** Answers for the hub's vote. Default: `combined`. */
  readonly voteState?: () => SourceState;
  /** Answers for the estimator. Default: the shortest time that the source offers. */
  readonly worthAskingIn?: (minNs: Ns, maxNs: Ns) => Ns;
}

export interface FakeSinkOptions<H extends FakeHost = LabHost> extends FakeOptions<H> {
  /** The first time state. Default on a machine of the lab: that of a hub which knows the true time. */
  readonly state?: TimeState;
  /** Answers a request to steer a clock: the reason that the discipline shows, or an error. Default: granted. */
  readonly grant?: () => { readonly reason: string };
  /** The report that the sink reads. Default: that of a hub without instances and without a status. */
  readonly hub?: HubReport;
}

interface Fake<H extends FakeHost> {
  readonly host: H;
  /** The instance's calls of its context so far. */
  readonly record: FakeRecord;
  /** Ends the run as the kernel does: sockets close, timers and handlers do nothing any more. */
  end(): void;
}

export interface FakeSource<H extends FakeHost = LabHost> extends SourceContext, Fake<H> {}

export interface FakeSink<H extends FakeHost = LabHost> extends SinkContext, Fake<H> {
  /** The policies of the clocks that the sink steers. */
  readonly steers: ReadonlyMap<string, StepPolicy>;
  /** Gives the sink a new time state. */
  publish(state: TimeState): void;
}

/**
 * Returns a source's context without a hub. It records what the source does, and throws `TH_PLUGIN_OBSERVATION` where the
 * kernel would. An error that a handler of the source throws ends `host.run()`.
 */
export function fakeSource<H extends FakeHost = LabHost>(options: FakeSourceOptions<H> = {}): FakeSource<H> {
  const { base, scope } = contextOf(options);
  const { record } = base;
  const ifRunning =
    <A extends readonly unknown[]>(note: (...args: A) => void) =>
    (...args: A): void => {
      if (!scope.signal.aborted) note(...args);
    };
  return {
    ...base,
    report: ifRunning(({ claims, observations }) => {
      checkObservations(observations, base.monotonic());
      if (claims !== undefined) checkClaims(claims);
      if (claims !== undefined) record.claims.push(claims);
      if (observations.length > 0) record.handedOver.push(observations);
    }),
    unreachable: ifRunning((reason) => record.unreachable.push(reason)),
    discontinuity: ifRunning((reason, jumpNs) =>
      record.discontinuities.push({ reason, ...(jumpNs === undefined ? {} : { jumpNs }) }),
    ),
    replaced: ifRunning((reason) => record.replaced.push(reason)),
    voteState: options.voteState ?? (() => 'combined'),
    worthAskingIn: options.worthAskingIn ?? ((minNs) => minNs),
  };
}

/** Returns a sink's context without a hub. `publish` gives it new time states. */
export function fakeSink<H extends FakeHost = LabHost>(options: FakeSinkOptions<H> = {}): FakeSink<H> {
  const { base, scope } = contextOf(options);
  const handlers: ((state: TimeState) => void)[] = [];
  const steers = new Map<string, StepPolicy>();
  let state = options.state ?? timeStateOf(base.host as unknown as LabHost);
  return {
    ...base,
    steers,
    hub: options.hub ?? emptyReport(() => state),
    state: () => state,
    onState: (handler) => void handlers.push(scope.guard(handler)),
    discipline(clock, policy) {
      base.read(clock);
      const granted = options.grant?.() ?? { reason: 'is steered' };
      steers.set(clock, policy);
      return {
        get reason() {
          return granted.reason;
        },
        release: () => void steers.delete(clock),
      };
    },
    workers: () => undefined,
    service: () => undefined,
    publish(next) {
      state = next;
      for (const handler of handlers) handler(next);
    },
  };
}

/** Instances on one machine are parts of one hub. */
const siblingsOn = new WeakMap<object, InstancesByType>();

function contextOf<H extends FakeHost>(options: FakeOptions<H>) {
  const { id = 'test.a', remembered } = options;
  const host = options.host ?? (createLabHost() as unknown as H);
  const [type] = id.split('.') as [string];
  const siblings = siblingsOn.get(host) ?? new InstancesByType();
  siblingsOn.set(host, siblings);
  siblings.join(type, id);
  const record = new FakeRecord();
  const scope = new Scope(id, (error) => {
    throw error;
  });
  const quiet = () => undefined;
  const base: Context & Fake<H> = {
    ...{ id, host, record, remembered },
    ordinal: siblings.ordinal(type, id),
    common: (make) => siblings.common(type, make),
    log: record.logger(),
    metrics: record.meter(),
    network: scopedNetwork(host.network, scope),
    sharedMemory(options) {
      if (host.sharedMemory === undefined) throw new HubError('TH_SHM_OPEN', 'this machine has no shared memory');
      return host.sharedMemory(options);
    },
    identity: {
      asks: (mark, offset) => void record.asked.push({ mark: mark.slice(), offset }),
      hears: quiet,
      serves: quiet,
      uses: quiet,
      isOwn: () => false,
    },
    signal: scope.signal,
    monotonic: () => host.monotonic(),
    read: (clock) => host.clock(clock).read(),
    openClock: (clock) => host.openClock(clock),
    after: (delayNs, handler) => host.after(delayNs, scope.guard(handler)),
    remember: (value) => void record.remembered.push(value),
    random: (octets) => host.random(octets),
    health: (state, reason) => void record.health.push({ state, reason }),
    fail: (error) => void record.failures.push(error),
    end: () => scope.close(),
  };
  return { base, scope };
}
