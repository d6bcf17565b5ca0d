import { type DetailReport, type HubReport, type Instant, NS_PER_S, type StatusReport } from '../api/index.js';
import { explain } from '../core/engine/explanation.js';
import type { Registry } from './assembly/registry.js';
import * as t from './assembly/tokens.js';
import { servedClients } from './served-clients.js';
import type { TimeLoop } from './time/time-loop.js';
import { rfc3339 } from './time/wall-time.js';

/** Makes the report that the control socket, dashboards and exporters read. */
export function createReport(parts: Registry): HubReport {
  const loop = parts.resolve(t.TIME_LOOP);
  const events = parts.resolve(t.EVENTS);
  const startedAt = parts.resolve(t.HOST).monotonic();
  return {
    status: () => status(parts, startedAt),
    why: () => explain({ state: loop.state(), holdover: loop.holdover(), decision: (clock) => loop.decision(clock) }),
    detail: (id) => detail(parts, id),
    events: () => events.all(),
    metrics: () => parts.resolve(t.METRICS).samples(),
    clients: (most) => servedClients(parts.resolve(t.INSTANCES).values(), most),
    onEvent: (handler) => events.onEvent(handler),
    state: () => loop.state(),
  };
}

/** `startedAt`: CLOCK_MONOTONIC_RAW at the hub's start. */
function status(parts: Registry, startedAt: Instant): StatusReport {
  const host = parts.resolve(t.HOST);
  const loop = parts.resolve(t.TIME_LOOP);
  const instances = parts.resolve(t.INSTANCES);
  const state = loop.state();
  const system = state.clocks[0]!;
  const now = host.monotonic();
  const all = [...instances.values()];
  return {
    schema: 1,
    version: parts.resolve(t.HUB_VERSION),
    mode: state.mode,
    reason: state.reason,
    modeSince: rfc3339(system, state.modeSince),
    uptimeS: Number(now - startedAt) / NS_PER_S,
    host: {
      name: host.name,
      stamps: host.stamps,
      canSteer: host.clocks[0]!.obstacle() === '',
      notes: [...host.notes, ...notesOf(parts)],
    },
    clocks: state.clocks.map((clock) => ({
      id: clock.id,
      offsetNs: clock.offsetNs,
      sigmaNs: clock.sigmaNs,
      boundNs: clock.boundNs,
      majorityBoundNs: clock.majorityBoundNs ?? Number.POSITIVE_INFINITY,
      frequencyPpb: clock.frequencyPpb,
      steered: clock.steered,
      reason: loop.decision(clock.id),
    })),
    holdover: holdoverOf(loop),
    local: state.local === true,
    promise: state.promise ?? 'carriers',
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

/** Returns the faults of the files that the hub writes and reads, a sentence each. */
function notesOf(parts: Registry): readonly string[] {
  const notes = [
    parts.resolve(t.EVENT_LOG).note,
    parts.resolve(t.STATE_STORE).note,
    parts.resolve(t.LOG_OUTPUT).problem,
    parts.resolve(t.RELOADS).note,
  ];
  return notes.filter((note) => note !== '');
}

function holdoverOf(loop: TimeLoop): StatusReport['holdover'] {
  const found = loop.holdover();
  return found === undefined ? null : { targetErrorNs: found.targetErrorNs, lastsS: found.lastsNs / NS_PER_S };
}

function detail(parts: Registry, id: string): DetailReport | undefined {
  const instance = parts.resolve(t.INSTANCES).get(id);
  if (instance === undefined) return undefined;
  const exchanges = instance.exchanges();
  const { sources } = parts.resolve(t.TIME_LOOP).state();
  const source = instance.kind === 'source' ? sources.find((candidate) => candidate.id === id) : undefined;
  return {
    instance: instance.report(),
    config: instance.plan.written ?? {},
    inspect: instance.inspect(),
    ...(exchanges === undefined ? {} : { exchanges }),
    ...(source === undefined ? {} : { source }),
    ...parts.resolve(t.RECENT_OBSERVATIONS).of(id),
  };
}
