import type { HubReport, Logger, Ns } from '../../api/index.js';
import type { Engine } from '../../core/engine/engine.js';
import type { CoreOptions } from '../../core/engine/input.js';
import type { Estimator } from '../../core/estimator/types.js';
import type { LeapTable } from '../../core/leap/leap-table.js';
import type { InstancePlan } from '../config/index.js';
import type { EventLog } from '../event-log/event-log.js';
import type { EventList } from '../events/event-list.js';
import type { EventReporter } from '../events/event-reporter.js';
import type { InstanceLogs } from '../events/instance-logs.js';
import type { ReloadOutcomes } from '../events/reload-outcomes.js';
import type { Host } from '../host.js';
import type { LogOutput } from '../log-output.js';
import type { MetricStore } from '../metrics.js';
import type { Instance } from '../plugins/instance.js';
import type { InstancesByType } from '../plugins/instances-by-type.js';
import type { OwnIdentity } from '../plugins/own-identity.js';
import type { Scope } from '../plugins/scope.js';
import type { RecentObservations } from '../recent-observations.js';
import type { StateStore } from '../saved-state/state-file.js';
import type { StateSaver } from '../saved-state/state-saver.js';
import type { TimeLoop } from '../time/time-loop.js';
import { token } from './registry.js';

/** Given to `assembleHub`. */
export const HOST = token<Host>('host');
export const CORE_OPTIONS = token<CoreOptions>('core options');

/** Defaults: silent, without files, failing loudly. The daemon, the lab and tests replace what they need. */
export const HUB_VERSION = token<string>('version');
export const LOG = token<(id: string) => Logger>('log');
export const LOG_OUTPUT = token<LogOutput>('log output');
export const EVENT_LOG = token<EventLog>('event log');
export const STATE_STORE = token<StateStore>('state store');
/** Called when an instance with `on-error = "abort"` failed. */
export const ABORT = token<(error: Error) => void>('abort');
/** Interval of ticks while nothing else happens, ns. */
export const QUIET_TICK = token<Ns>('quiet tick');
export const LEAP_TABLE = token<LeapTable>('leap table');
export const ESTIMATOR = token<Estimator>('estimator');

/** Parts of the hub, made from the above. */
export const ENGINE = token<Engine>('engine');
export const METRICS = token<MetricStore>('metrics');
export const EVENTS = token<EventList>('events');
export const EVENT_REPORTER = token<EventReporter>('event reporter');
/** The logs of instances: lines that repeat are summarised. */
export const INSTANCE_LOGS = token<InstanceLogs>('instance logs');
export const TIME_LOOP = token<TimeLoop>('time loop');
export const RELOADS = token<ReloadOutcomes>('reloads');
export const STATE_SAVER = token<StateSaver>('state saver');
export const RECENT_OBSERVATIONS = token<RecentObservations>('recent observations');
export const INSTANCES_BY_TYPE = token<InstancesByType>('instances by type');
export const IDENTITY = token<OwnIdentity>('identity');
export const INSTANCES = token<Map<string, Instance>>('instances');
export const REPORT = token<HubReport>('report');

/** In the child registry of one run of an instance. */
export const PLAN = token<InstancePlan>('plan');
export const SCOPE = token<Scope>('scope');
export const HEALTH = token<(state: 'ok' | 'degraded', reason: string) => void>('health');
