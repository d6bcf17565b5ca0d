import { type DetailReport, type HubReport, type Instant, NS_PER_S, type StatusReport } from '../api/index.js';
import { explain } from '../core/engine/explanation.js';
import type { Registry } from './assembly/registry.js';
import {
  EVENT_LOG,
  EVENTS,
  HOST,
  HUB_VERSION,
  INSTANCES,
  LOG_OUTPUT,
  METRICS,
  RECENT_OBSERVATIONS,
  RELOADS,
  STATE_STORE,
  TIME_LOOP,
} from './assembly/tokens.js';
import type { EventList } from './events/event-list.js';
import type { Host } from './host.js';
import type { MetricStore } from './metrics.js';
import type { Instance } from './plugins/instance.js';
import type { RecentObservations } from './recent-observations.js';
import type { TimeLoop } from './time/time-loop.js';
import { rfc3339 } from './time/wall-time.js';

/** Makes the report that the control socket, dashboards and exporters read. */
export function createReport(registry: Registry): HubReport {
  const parts = partsOf(registry);
  const { loop, events, metrics } = parts;
  return {
    status: () => status(parts),
    why: () => explain({ state: loop.state(), holdover: loop.holdover(), decision: (clock) => loop.decision(clock) }),
    detail: (id) => detail(parts, id),
    events: () => events.all(),
    metrics: () => metrics.samples(),
    onEvent: (handler) => events.onEvent(handler),
    state: () => loop.state(),
  };
}

interface ReportParts {
  readonly version: string;
  /** CLOCK_MONOTONIC_RAW at the hub's start. */
  readonly startedAt: Instant;
  readonly host: Host;
  readonly loop: TimeLoop;
  readonly events: EventList;
  readonly metrics: MetricStore;
  readonly instances: ReadonlyMap<string, Instance>;
  readonly memory: RecentObservations;
  /** Faults of the files that the hub writes and reads, a sentence each. */
  readonly notes: () => readonly string[];
}

function partsOf(registry: Registry): ReportParts {
  const host = registry.resolve(HOST);
  const [eventLog, state] = [registry.resolve(EVENT_LOG), registry.resolve(STATE_STORE)];
  const [logOutput, reloads] = [registry.resolve(LOG_OUTPUT), registry.resolve(RELOADS)];
  return {
    version: registry.resolve(HUB_VERSION),
    startedAt: host.monotonic(),
    host,
    loop: registry.resolve(TIME_LOOP),
    events: registry.resolve(EVENTS),
    metrics: registry.resolve(METRICS),
    instances: registry.resolve(INSTANCES),
    memory: registry.resolve(RECENT_OBSERVATIONS),
    notes: () => [eventLog.note, state.note, logOutput.problem, reloads.note].filter((note) => note !== ''),
  };
}

function status({ version, host, loop, instances, notes, startedAt }: ReportParts): StatusReport {
  const state = loop.state();
  const system = state.clocks[0]!;
  const now = host.monotonic();
  const all = [...instances.values()];
  return {
    schema: 1,
    version,
    mode: state.mode,
    reason: state.reason,
    modeSince: rfc3339(system, state.modeSince),
    uptimeS: Number(now - startedAt) / NS_PER_S,
    host: {
      name: host.name,
      stamps: host.stamps,
      canSteer: host.clocks[0]!.obstacle() === '',
      notes: [...host.notes, ...notes()],
    },
    clocks: state.clocks.map((clock) => ({
      id: clock.id,
      offsetNs: clock.offsetNs,
      sigmaNs: clock.sigmaNs,
      boundNs: clock.boundNs,
      frequencyPpb: clock.frequencyPpb,
      steered: clock.steered,
      reason: loop.decision(clock.id),
    })),
    holdover: holdoverOf(loop),
    local: state.local === true,
    leap: {
      taiMinusUtc: state.leap.taiMinusUtc,
      pending: state.leap.pending,
      ...(state.leap.expires === undefined
        ? {}
        : { expires: new Date(Number(state.leap.expires / 1_000_000n)).toISOString() }),
    },
    ntp: {
      stratum: state.ntp.stratum,
      refid: state.ntp.refid,
      rootDelayNs: state.ntp.rootDelayNs,
      rootDispersionNs: state.ntp.rootDispersionNs,
    },
    ptp: { clockClass: state.ptp.clockClass, clockAccuracy: state.ptp.clockAccuracy, timeSource: state.ptp.timeSource },
    sources: state.sources.map((source) => {
      const instance = instances.get(source.id);
      return {
        ...source,
        reach: instance?.exchanges()?.reach ?? Math.min(source.observations, 8),
        lifecycle: instance?.state ?? 'stopped',
      };
    }),
    sinks: all.filter((instance) => instance.kind === 'sink').map(({ id, state, reason }) => ({ id, state, reason })),
  };
}

function holdoverOf(loop: TimeLoop): StatusReport['holdover'] {
  const found = loop.holdover();
  return found === undefined ? null : { targetErrorNs: found.targetErrorNs, lastsS: found.lastsNs / NS_PER_S };
}

function detail({ instances, loop, memory }: ReportParts, id: string): DetailReport | undefined {
  const instance = instances.get(id);
  if (instance === undefined) return undefined;
  const exchanges = instance.exchanges();
  const source = instance.kind === 'source' ? loop.state().sources.find((candidate) => candidate.id === id) : undefined;
  return {
    instance: instance.report(),
    config: instance.plan.written ?? {},
    inspect: instance.inspect(),
    ...(exchanges === undefined ? {} : { exchanges }),
    ...(source === undefined ? {} : { source }),
    ...memory.of(id),
  };
}
