import { isDeepStrictEqual } from 'node:util';
import {
  type Claims,
  type ClockId,
  type Context,
  cleanText,
  type Discipline,
  type HubReport,
  type Observation,
  type ServiceOptions,
  type ServiceThread,
  type SinkContext,
  type SourceContext,
  type StepPolicy,
  type TimeState,
  type WorkerGroup,
  type WorkerOptions,
} from '../../api/index.js';
import type { Registry } from '../assembly/registry.js';
import {
  HEALTH,
  HOST,
  IDENTITY,
  INSTANCE_LOGS,
  INSTANCES_BY_TYPE,
  METRICS,
  PLAN,
  RECENT_OBSERVATIONS,
  REPORT,
  SCOPE,
  STATE_SAVER,
  TIME_LOOP,
} from '../assembly/tokens.js';
import { SupervisedService } from '../workers/supervised-service.js';
import { SupervisedWorkers } from '../workers/supervised-workers.js';
import { cleaned, cleanedLogger, sentence } from './clean-values.js';
import { type Contract1, contract1 } from './contract-1.js';
import { checkClaims, checkObservations } from './observation-check.js';
import type { Scope } from './scope.js';
import { scopedNetwork } from './scoped-network.js';

/** Makes the part of a context that sources and sinks share, bound to the scope of the run. */
function baseContext(registry: Registry): Context {
  const host = registry.resolve(HOST);
  const scope = registry.resolve(SCOPE);
  const { values } = registry.resolve(STATE_SAVER);
  const siblings = registry.resolve(INSTANCES_BY_TYPE);
  const { id, definition } = registry.resolve(PLAN);
  const { type } = definition;
  const store = registry.resolve(METRICS);
  return {
    id,
    ordinal: siblings.ordinal(type, id),
    common: (make) => siblings.common(type, make),
    remembered: values.get(id),
    log: cleanedLogger(registry.resolve(INSTANCE_LOGS).of(id)),
    metrics: {
      ...store.of(definition.kind, type, id),
      onRead: (refresh) => void scope.own(store.onRead(scope.guard(refresh))),
    },
    network: scopedNetwork(host.network, scope),
    sharedMemory: (options) => host.sharedMemory(options),
    identity: registry.resolve(IDENTITY).of({ id, type, own: (undo) => void scope.own(undo) }),
    signal: scope.signal,
    monotonic: () => host.monotonic(),
    read: (clock) => registry.resolve(TIME_LOOP).read(clock),
    openClock(id, wishes) {
      const use = registry.resolve(TIME_LOOP).openClock(id, wishes, (error) => scope.crash(error));
      scope.own(() => use.release());
      const { clock } = use;
      return {
        id: clock.id,
        facts: clock.facts,
        compare: (samples) => clock.compare(samples),
        pulseIn: (options, handler) => clock.pulseIn(options, scope.guard(handler)),
        pulseOut: (options) => clock.pulseOut(options),
      };
    },
    after(delayNs, handler) {
      const guarded = scope.guard(handler);
      const timer = host.after(delayNs, () => {
        disown();
        guarded();
      });
      const disown = scope.own(() => timer.cancel());
      return {
        cancel() {
          timer.cancel();
          disown();
        },
      };
    },
    remember(value) {
      if (!scope.signal.aborted) values.set(id, value);
    },
    random: (octets) => host.random(octets),
    aesSiv: host.aesSiv,
    health: registry.resolve(HEALTH),
    fail: (error) => scope.crash(error),
  };
}

export function sourceContext(registry: Registry): SourceContext & Contract1 {
  const base = baseContext(registry);
  const loop = registry.resolve(TIME_LOOP);
  const memory = registry.resolve(RECENT_OBSERVATIONS);
  const identity = registry.resolve(IDENTITY);
  /** The claims that the core has. Undefined: the next claims are reported in any case. */
  let last: Claims | undefined;
  const judged = (stated: Claims): Claims => {
    checkClaims(stated);
    return identity.judged(base.id, cleaned(stated));
  };
  const context: SourceContext = {
    ...base,
    report(report) {
      if (base.signal.aborted) return;
      const observations = report.observations.map(cleanPath);
      checkObservations(observations, base.monotonic());
      const claims = report.claims && judged(report.claims);
      const isNews = claims !== undefined && !isDeepStrictEqual(claims, last);
      if (!isNews && observations.length === 0) return;
      if (isNews) last = claims;
      const news = isNews ? { claims, observations } : { observations };
      memory.reported(base.id, news);
      loop.accept({ type: 'report', id: base.id, ...news });
    },
    unreachable(reason) {
      if (base.signal.aborted) return;
      last = undefined;
      loop.accept({ type: 'unreachable', id: base.id, reason: sentence(reason) });
    },
    discontinuity(reason, jumpNs) {
      if (base.signal.aborted) return;
      const size = jumpNs === undefined || !Number.isFinite(jumpNs) ? {} : { jumpNs };
      loop.accept({ type: 'discontinuity', id: base.id, reason: sentence(reason), ...size });
    },
    replaced(reason) {
      if (base.signal.aborted) return;
      last = undefined;
      memory.forget(base.id);
      loop.accept({ type: 'source-replaced', id: base.id, reason: sentence(reason) });
    },
    voteState: () => loop.state().sources.find(({ id }) => id === base.id)?.state ?? 'unreachable',
    worthAskingIn: (minNs, maxNs) => loop.worthAskingIn(base.id, minNs, maxNs),
  };
  return { ...context, ...contract1(context) };
}

export function sinkContext(registry: Registry): SinkContext {
  const base = baseContext(registry);
  const loop = registry.resolve(TIME_LOOP);
  const scope = registry.resolve(SCOPE);
  return {
    ...base,
    hub: scopedReport(registry.resolve(REPORT), scope),
    state: () => loop.state(),
    onState(handler: (state: TimeState) => void) {
      scope.own(loop.onState(scope.guard(handler)));
    },
    workers: (options) => startWorkers(registry, base, options),
    service: (options) => startService(registry, options),
    discipline(clock: ClockId, policy: StepPolicy): Discipline {
      const discipline = loop.discipline(clock, policy, base.id);
      scope.own(() => discipline.release());
      return discipline;
    },
  };
}

/** Starts the workers of one run: they end with it. */
function startWorkers<D>(registry: Registry, base: Context, options: WorkerOptions<D>): WorkerGroup<D> | undefined {
  const host = registry.resolve(HOST);
  const scope = registry.resolve(SCOPE);
  if (host.workers === undefined) return undefined;
  const workers = new SupervisedWorkers(options, {
    host: host.workers,
    timers: host,
    marks: registry.resolve(IDENTITY).marks.memory,
    onRequest: scope.guard(({ payload, from, to }) => base.identity.hears(payload, from, to)),
  });
  scope.own(() => void workers.close());
  return {
    local: workers.local,
    ready: workers.ready,
    onFault: (handler) => workers.onFault(scope.guard(handler)),
    replace: (data) => workers.replace(data),
    close: () => workers.close(),
  };
}

/** Starts the service of one run: it ends with it. */
function startService<D, R>(registry: Registry, options: ServiceOptions<D>): ServiceThread<D, R> | undefined {
  const host = registry.resolve(HOST);
  const scope = registry.resolve(SCOPE);
  if (host.startService === undefined) return undefined;
  const service = new SupervisedService<D, R>(options, { start: host.startService, timers: host });
  scope.own(() => void service.close());
  return {
    ready: service.ready,
    onFault: (handler) => service.onFault(scope.guard(handler)),
    update: (data) => service.update(data),
    close: () => service.close(),
  };
}

/** Cleans the path of an observation: it is a key and is shown, and may be a device or an address that a peer named. */
const cleanPath = (observation: Observation): Observation =>
  observation.path === undefined || observation.path === ''
    ? observation
    : { ...observation, path: cleanText(observation.path) };

/** Returns a report whose event handlers run in the scope of this run and end with it. */
const scopedReport = (report: HubReport, scope: Scope): HubReport => ({
  ...report,
  onEvent: (handler) => {
    const undo = report.onEvent(scope.guard(handler));
    scope.own(undo);
    return undo;
  },
});
