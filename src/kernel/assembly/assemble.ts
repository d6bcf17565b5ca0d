import { createEngine } from '../../core/engine/engine.js';
import type { CoreOptions } from '../../core/engine/input.js';
import { createEstimator } from '../../core/estimator/index.js';
import { readLeapTable } from '../../core/leap/leap-list.js';
import { NO_EVENT_LOG } from '../event-log/event-log.js';
import type { LogHeader } from '../event-log/replay.js';
import { EventList } from '../events/event-list.js';
import { EventReporter } from '../events/event-reporter.js';
import { InstanceLogs } from '../events/instance-logs.js';
import { ReloadOutcomes } from '../events/reload-outcomes.js';
import type { Host } from '../host.js';
import { Hub } from '../hub.js';
import { NO_LOG_OUTPUT } from '../log-output.js';
import { MetricStore } from '../metrics.js';
import { InstancesByType } from '../plugins/instances-by-type.js';
import { OwnIdentity } from '../plugins/own-identity.js';
import { RecentObservations } from '../recent-observations.js';
import { createReport } from '../report.js';
import { NO_STATE } from '../saved-state/state-file.js';
import { StateSaver } from '../saved-state/state-saver.js';
import { ClockMetrics } from '../time/clock-metrics.js';
import { TimeLoop } from '../time/time-loop.js';
import { rfc3339 } from '../time/wall-time.js';
import { Registry } from './registry.js';
import * as t from './tokens.js';

const SILENT = { debug() {}, info() {}, warn() {} };

/**
 * Makes a hub on a host. `replace` registers other parts than the defaults, before any part is made:
 * `assembleHub(host, options, (parts) => parts.value(EVENT_LOG, eventLog))`.
 */
export function assembleHub(host: Host, options: CoreOptions, replace: (parts: Registry) => unknown = () => {}): Hub {
  const parts = new Registry().value(t.HOST, host).value(t.CORE_OPTIONS, options);
  registerDefaults(parts, host);
  registerParts(parts, host);
  replace(parts);
  const hub = new Hub(parts);
  connect(parts);
  return hub;
}

/** The first line of the event log: what a replay needs to make the same engine. */
export const logHeader = (parts: Registry): Omit<LogHeader, 'type'> => ({
  schema: 1,
  version: parts.resolve(t.HUB_VERSION),
  monotonic: parts.resolve(t.HOST).monotonic(),
  core: parts.resolve(t.CORE_OPTIONS),
  leapTable: parts.resolve(t.LEAP_TABLE),
});

function registerDefaults(parts: Registry, host: Host): void {
  parts
    .value(t.HUB_VERSION, '0')
    .value(t.LOG, () => SILENT)
    .value(t.LOG_OUTPUT, NO_LOG_OUTPUT)
    .value(t.EVENT_LOG, NO_EVENT_LOG)
    .value(t.STATE_STORE, NO_STATE)
    .value(t.QUIET_TICK, 1e9)
    .value(t.ABORT, (error) => {
      throw error;
    })
    .factory(t.ESTIMATOR, () => createEstimator())
    .factory(t.LEAP_TABLE, () => {
      const found = host.leapSeconds();
      return readLeapTable(found?.text, found?.path);
    });
}

function registerParts(parts: Registry, host: Host): void {
  const timers = { monotonic: () => host.monotonic(), after: host.after.bind(host) };
  parts
    .factory(t.ENGINE, (p) => createEngine(p.resolve(t.CORE_OPTIONS), p.resolve(t.ESTIMATOR), p.resolve(t.LEAP_TABLE)))
    .factory(t.METRICS, () => new MetricStore())
    .factory(t.EVENTS, () => new EventList())
    .factory(t.EVENT_REPORTER, (p) => {
      const now = () => rfc3339(p.resolve(t.TIME_LOOP).state().clocks[0]!, host.monotonic());
      return new EventReporter({ timers, events: p.resolve(t.EVENTS), log: p.resolve(t.LOG), now });
    })
    .factory(t.INSTANCE_LOGS, (p) => new InstanceLogs(p.resolve(t.LOG), timers))
    .factory(t.TIME_LOOP, (p) => {
      const clocks = new ClockMetrics(p.resolve(t.METRICS));
      return new TimeLoop({
        host,
        engine: p.resolve(t.ENGINE),
        eventLog: p.resolve(t.EVENT_LOG),
        onEvent: (event) => p.resolve(t.EVENT_REPORTER).reportAction(event),
        onInput: (input) => clocks.count(input),
        quietTickNs: p.resolve(t.QUIET_TICK),
      });
    })
    .factory(t.RELOADS, (p) => {
      const reporter = p.resolve(t.EVENT_REPORTER);
      return new ReloadOutcomes(p.resolve(t.METRICS), (event) => reporter.list(event));
    })
    .factory(t.STATE_SAVER, (p) => {
      const loop = p.resolve(t.TIME_LOOP);
      return new StateSaver({ host, store: p.resolve(t.STATE_STORE), current: () => loop.savedState() });
    })
    .factory(t.RECENT_OBSERVATIONS, () => new RecentObservations())
    .factory(t.INSTANCES_BY_TYPE, () => new InstancesByType())
    .factory(t.IDENTITY, () => new OwnIdentity(host))
    .value(t.INSTANCES, new Map())
    .factory(t.REPORT, createReport);
}

/** The parts that listen to others. */
function connect(parts: Registry): void {
  const reporter = parts.resolve(t.EVENT_REPORTER);
  const loop = parts.resolve(t.TIME_LOOP);
  const identity = parts.resolve(t.IDENTITY);
  const saver = parts.resolve(t.STATE_SAVER);
  for (const storage of [parts.resolve(t.EVENT_LOG), parts.resolve(t.STATE_STORE)])
    storage.watch?.((event) => reporter.report(event));
  loop.onState(({ ntp, monotonic }) => identity.published(ntp, monotonic));
  loop.onState(({ mode }) => saver.noteMode(mode));
  parts.resolve(t.RELOADS);
  const output = parts.resolve(t.LOG_OUTPUT);
  parts
    .resolve(t.METRICS)
    .total('timehub_log_lines_lost_total', 'Lines of the log that could not be written.', () => output.lost);
}
