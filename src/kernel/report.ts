import {
  type DetailReport,
  formatDuration,
  formatOffset,
  formatRate,
  type HubReport,
  type Instant,
  NS_PER_S,
  type StatusReport,
  type TimeState,
} from '../api/index.js';
import type { EventList } from './events.js';
import type { Host } from './host.js';
import type { Instance } from './instance.js';
import type { MetricStore } from './metrics.js';
import type { SourceMemory } from './source-memory.js';
import type { TimeLoop } from './time-loop.js';
import { rfc3339 } from './wall-time.js';

export interface ReportParts {
  readonly version: string;
  /** CLOCK_MONOTONIC_RAW at the hub's start. */
  readonly startedAt: Instant;
  readonly host: Host;
  readonly loop: TimeLoop;
  readonly events: EventList;
  readonly metrics: MetricStore;
  readonly instances: ReadonlyMap<string, Instance>;
  readonly memory: SourceMemory;
  /** Faults of the kernel's own helpers: the event log. */
  readonly notes: () => readonly string[];
}

/** Everything that can be read off the hub, for the control socket, dashboards and exporters. */
export function createReport(parts: ReportParts): HubReport {
  const { loop, events, metrics } = parts;
  return {
    status: () => status(parts),
    why: () => why(loop.state(), status(parts)),
    detail: (id) => detail(parts, id),
    events: () => events.all(),
    metrics: () => metrics.samples(),
    onEvent: (handler) => events.onEvent(handler),
    state: () => loop.state(),
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
      const { reach } = instance?.inspect() ?? {};
      return {
        ...source,
        reach: typeof reach === 'number' ? reach : Math.min(source.observations, 8),
        lifecycle: instance?.state ?? 'stopped',
      };
    }),
    sinks: all.filter((instance) => instance.kind === 'sink').map(({ id, state, reason }) => ({ id, state, reason })),
  };
}

function detail({ instances, loop, memory }: ReportParts, id: string): DetailReport | undefined {
  const instance = instances.get(id);
  if (instance === undefined) return undefined;
  const source = instance.kind === 'source' ? loop.state().sources.find((candidate) => candidate.id === id) : undefined;
  return {
    instance: instance.report(),
    config: instance.plan.config,
    inspect: instance.inspect(),
    ...(source === undefined ? {} : { source }),
    ...memory.of(id),
  };
}

/** The paragraph of `timehub why`: mode, what it rests on, what was left out and why, what the clocks do. */
function why(state: TimeState, report: StatusReport): string {
  const lines = [`The hub is ${state.mode}: ${state.reason}.`];
  const combined = state.sources.filter((source) => source.state === 'combined');
  if (combined.length > 0) {
    const parts = [...combined]
      .sort((a, b) => b.weight - a.weight)
      .map((source) => `${source.id} (weight ${Math.round(source.weight * 100)} %)`);
    lines.push(`The estimate rests on ${list(parts)}.`);
  }
  for (const source of state.sources) {
    if (source.state === 'combined') continue;
    const state = source.state === 'agrees' || source.state === 'rejected' ? '' : `is ${source.state}: `;
    lines.push(`${source.id} ${state}${source.reason}.`);
  }
  for (const clock of report.clocks) {
    if (!Number.isFinite(clock.sigmaNs)) {
      lines.push(`Of the clock "${clock.id}" nothing is known yet.`);
      continue;
    }
    lines.push(
      `The clock "${clock.id}" is ${formatOffset(clock.offsetNs)} (± ${formatDuration(clock.sigmaNs)}, error below ${formatDuration(clock.boundNs)}), ` +
        `its frequency needs ${formatRate(clock.frequencyPpb)}: ${clock.reason}.`,
    );
  }
  return lines.join('\n');
}

const list = (parts: readonly string[]): string =>
  parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
