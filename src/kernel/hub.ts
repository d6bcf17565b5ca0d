import {
  type ClockId,
  type HubReport,
  type Logger,
  NS_PER_S,
  type Ns,
  type Running,
  type SinkDefinition,
  type SourceDefinition,
  type TimeState,
} from '../api/index.js';
import type { Engine } from '../core/engine/engine.js';
import type { Action, Input, SourceOptions } from '../core/engine/input.js';
import type { ConfigDifference } from './config/index.js';
import { atMost } from './deadline.js';
import type { Host } from './host.js';
import { type LogOutput, NO_LOG_OUTPUT } from './log-output.js';
import { Keeper } from './memory/keeper.js';
import { SourceMemory } from './memory/source-memory.js';
import { NO_STATE, type StateStore } from './memory/state-file.js';
import { MetricStore } from './metrics.js';
import {
  HEALTH,
  HOST,
  IDENTITY,
  KEEPSAKES,
  LOGGER,
  MEMORY,
  METRICS,
  PLAN,
  REPORT,
  SCOPE,
  SIBLINGS,
  sinkContext,
  sourceContext,
  TIME_LOOP,
} from './plugins/context.js';
import { OwnIdentity } from './plugins/identity.js';
import { Instance, type InstanceCare, type InstancePlan } from './plugins/instance.js';
import { Registry } from './plugins/registry.js';
import type { Scope } from './plugins/scope.js';
import { Siblings } from './plugins/siblings.js';
import { DampedLogs } from './record/damped-logs.js';
import { EventDamper } from './record/event-damper.js';
import type { Journal } from './record/event-log.js';
import { EventList } from './record/events.js';
import { InstanceNews } from './record/instance-news.js';
import type { News } from './record/news.js';
import { ReloadRecord } from './record/reload-record.js';
import { createReport } from './report.js';
import { TimeLoop } from './time/time-loop.js';
import { rfc3339 } from './time/wall-time.js';

type EventAction = Extract<Action, { readonly type: 'event' }>;

/** A source with the operator's word about it, or a sink. */
export interface PlannedInstance extends InstancePlan {
  readonly options?: SourceOptions;
}

export interface HubParts {
  readonly version: string;
  readonly host: Host;
  readonly engine: Engine;
  readonly journal: Journal;
  /** Keeps what was learnt for the next start. Default: nothing. */
  readonly state?: StateStore;
  readonly log: (id: string) => Logger;
  /** Default: it loses nothing. */
  readonly logOutput?: LogOutput;
  /** How often the core hears that time passes while nothing else happens. Default 1 s; a simulation may save its breath. */
  readonly quietTickNs?: Ns;
  /** An instance with `on-error = "abort"` failed. */
  readonly abort: (error: Error) => void;
}

/** Time that the disk has to give back what was learnt. */
const RECALL_NS = 2 * NS_PER_S;
/** Time that the hub waits for the start of its instances. */
const START_PATIENCE_NS = 5 * NS_PER_S;
/** Time that a reload waits for each of its steps: removal, change, addition. What is late goes on. A stop takes 5 s at most. */
const RELOAD_STEP_NS = 6 * NS_PER_S;
/** Time for each of the four steps of a stop. */
const STOP_STEP_NS = NS_PER_S;

/** The kernel put together: registry, instances, time loop, reports. */
export class Hub {
  readonly report: HubReport;
  /** Outcomes of attempts to read the configuration again, for events, metrics and the status. */
  get reloads(): ReloadRecord {
    return this.#reloads;
  }

  /** The logger of an instance, or of the hub (`hub`): lines that repeat are counted and summarised. */
  logOf(id: string): Logger {
    return this.#logs.of(id);
  }

  readonly #parts: HubParts;
  readonly #registry = new Registry();
  readonly #loop: TimeLoop;
  readonly #events = new EventList();
  readonly #metrics = new MetricStore();
  readonly #sleeps = this.#metrics.counter('timehub_sleeps_total', 'Sleeps of the machine.', {});
  readonly #instances = new Map<string, Instance>();
  readonly #memory = new SourceMemory();
  readonly #siblings = new Siblings();
  readonly #identity: OwnIdentity;
  readonly #care: InstanceCare;
  readonly #keeper: Keeper;
  readonly #damper: EventDamper<News>;
  readonly #logs: DampedLogs;
  readonly #instanceNews = new InstanceNews();
  readonly #reloads: ReloadRecord;
  #stopping = false;

  constructor(parts: HubParts) {
    this.#parts = parts;
    const { host, engine, journal, log, version, state = NO_STATE, logOutput = NO_LOG_OUTPUT } = parts;
    const clock = {
      monotonic: () => host.monotonic(),
      after: (delayNs: Ns, handler: () => void) => host.after(delayNs, handler),
    };
    this.#damper = new EventDamper<News>({
      ...clock,
      subjectOf,
      tell: (news) => this.#tell(news),
    });
    this.#logs = new DampedLogs(log, clock);
    this.#loop = new TimeLoop({
      host,
      engine,
      journal,
      tell: (event) => this.#damper.take(newsOf(event)),
      happened: (input) => this.#happened(input),
      quietTickNs: parts.quietTickNs,
    });
    for (const storage of [journal, state]) storage.watch?.((news) => this.#damper.take(news));
    this.#reloads = new ReloadRecord(this.#metrics, (news) => this.#events.add({ at: this.#now(), ...news }));
    this.#identity = new OwnIdentity(host);
    this.#loop.onState(({ ntp, monotonic }) => this.#identity.published(ntp, monotonic));
    this.#keeper = new Keeper({ host, store: state, learnt: () => this.#loop.memory() });
    let before: TimeState['mode'] = 'unsynchronised';
    this.#loop.onState(({ mode }) => {
      if (mode === 'tracking' && before !== 'tracking') this.#keeper.tracking();
      before = mode;
    });
    this.report = createReport({
      version,
      startedAt: host.monotonic(),
      host,
      loop: this.#loop,
      events: this.#events,
      metrics: this.#metrics,
      instances: this.#instances,
      memory: this.#memory,
      notes: () => [journal.note, state.note, logOutput.problem, this.#reloads.note].filter((note) => note !== ''),
    });
    this.#metrics.total(
      'timehub_log_lines_lost_total',
      'Lines of the log that could not be written.',
      () => logOutput.lost,
    );
    this.#registry
      .value(HOST, host)
      .value(LOGGER, (id) => this.logOf(id))
      .value(METRICS, this.#metrics)
      .value(MEMORY, this.#memory)
      .value(KEEPSAKES, this.#keeper.keepsakes)
      .value(SIBLINGS, this.#siblings)
      .value(IDENTITY, this.#identity)
      .value(TIME_LOOP, this.#loop)
      .value(REPORT, this.report);
    this.#care = {
      host,
      create: (plan, scope, health) => this.#create(plan, scope, health),
      changed: (instance, before) => this.#changed(instance, before),
      abort: parts.abort,
    };
  }

  /**
   * Starts the sinks first: a client that asks during the start is told that the hub is not synchronised. An instance that
   * does not start in time goes on starting.
   */
  async start(plans: readonly PlannedInstance[]): Promise<void> {
    const { host } = this.#parts;
    const memory = await atMost(host, RECALL_NS, this.#keeper.recall(host.clocks[0]!.read().time));
    if (this.#stopping) return;
    if (memory !== undefined) this.#loop.accept({ type: 'memory', ...memory });
    this.#loop.start();
    for (const plan of plans) this.#add(plan);
    for (const kind of ['sink', 'source'] as const) {
      const work = this.#each(kind, (instance) => instance.start());
      await atMost(host, START_PATIENCE_NS, work);
      if (this.#stopping) return;
    }
  }

  /**
   * Saves what was learnt, stops the sources, then the sinks: a served clock degrades in holdover before it disappears. A part
   * that takes longer than its time is left behind: all together take 4 s at most. Never rejects.
   */
  async stop(): Promise<void> {
    this.#stopping = true;
    const stopSource = async (source: Instance): Promise<void> => {
      await source.stop();
      this.#loop.accept({ type: 'source-gone', id: source.id });
    };
    const steps: readonly (() => Promise<unknown>)[] = [
      () => this.#keeper.keep(),
      () => this.#each('source', stopSource),
      () => this.#each('sink', (sink) => sink.stop()),
      () => Promise.all([this.#keeper.stop(), this.#closeJournal()]),
    ];
    for (const step of steps) await atMost(this.#parts.host, STOP_STEP_NS, step()).catch(() => undefined);
    this.#damper.stop();
    this.#logs.stop();
  }

  /**
   * Brings the running instances in line with a validated configuration; what did not change keeps running, and what cannot
   * start is tried again. Rejects for a fault of the hub itself, after all else has been brought in line.
   */
  async reload(plans: readonly PlannedInstance[], difference: ConfigDifference): Promise<void> {
    const { removed, retuned, changed, added } = difference;
    const planOf = (id: string) => plans.find((plan) => plan.id === id)!;
    const steps: readonly (readonly [readonly string[], (id: string) => Promise<void>])[] = [
      [removed, (id) => this.#remove(id)],
      [retuned, async (id) => this.#announce(planOf(id))],
      [changed, (id) => this.#bring(planOf(id))],
      [added, (id) => this.#bring(planOf(id))],
    ];
    const outcomes: PromiseSettledResult<void>[] = [];
    for (const [ids, work] of steps) {
      if (this.#stopping) return;
      const step = Promise.allSettled(ids.map(work));
      outcomes.push(...((await atMost(this.#parts.host, RELOAD_STEP_NS, step)) ?? []));
    }
    this.#keeper.reloaded();
    const fault = outcomes.find(({ status }) => status === 'rejected');
    if (fault !== undefined) throw (fault as PromiseRejectedResult).reason;
  }

  /** Starts an instance by this plan, or changes it to the plan if it is there. */
  async #bring(plan: PlannedInstance): Promise<void> {
    const known = this.#instances.get(plan.id);
    if (known === undefined) return this.#add(plan).start();
    this.#announce(plan);
    await known.reload(plan);
  }

  #closeJournal(): Promise<void> {
    this.#loop.stop();
    return this.#parts.journal.close();
  }

  #add(plan: PlannedInstance): Instance {
    const instance = new Instance(plan, this.#care);
    this.#instances.set(plan.id, instance);
    this.#siblings.join(plan.definition.type, plan.id);
    this.#announce(plan);
    return instance;
  }

  #announce({ id, options }: PlannedInstance): void {
    if (options !== undefined) this.#loop.accept({ type: 'source', id, options });
  }

  async #remove(id: string): Promise<void> {
    const instance = this.#instances.get(id);
    if (instance === undefined) return;
    await instance.stop();
    if (instance.kind === 'source') this.#loop.accept({ type: 'source-gone', id });
    this.#instances.delete(id);
    this.#siblings.leave(instance.plan.definition.type, id);
    this.#memory.forget(id);
    this.#identity.forget(id);
    this.#metrics.forget(id);
    this.#instanceNews.forget(id);
    this.#damper.forget(subjectOf(instance));
    this.#logs.forget(id);
  }

  async #each(kind: 'source' | 'sink', work: (instance: Instance) => Promise<void>): Promise<void> {
    await Promise.all([...this.#instances.values()].filter((instance) => instance.kind === kind).map(work));
  }

  /** One run of an instance: a child registry with its plan, scope and context, from which the plugin is made. */
  #create(
    plan: InstancePlan,
    scope: Scope,
    health: (state: 'ok' | 'degraded', reason: string) => void,
  ): Running<unknown> {
    const registry = this.#registry.child().value(PLAN, plan).value(SCOPE, scope).value(HEALTH, health);
    const { definition, config } = plan;
    if (definition.kind === 'sink') return (definition as SinkDefinition).create(config, sinkContext(registry));
    return (definition as SourceDefinition).create(config, sourceContext(registry));
  }

  #happened(input: Input): void {
    switch (input.type) {
      case 'clock':
        for (const by of ['hub', 'others'] as const) this.#steps(input.clock, by);
        break;
      case 'clock-gone':
        this.#metrics.forget(input.clock);
        break;
      case 'stepped':
        this.#steps(input.clock, input.byUs ? 'hub' : 'others')();
        break;
      case 'slept':
        this.#sleeps();
        this.#parts.host.after(0, () => void this.#awaken());
    }
  }

  #steps(id: ClockId, by: 'hub' | 'others'): () => void {
    return this.#metrics.counter('timehub_steps_total', 'Steps of a clock, by the hub or by others.', { id, by });
  }

  /** Connections are dead, names lead elsewhere, the time is unknown: sources ask as they do at their start. */
  #awaken(): Promise<void> {
    return this.#each('source', (instance) => instance.restart());
  }

  #changed(instance: Instance, before: Instance['state']): void {
    const { id, kind, state, reason } = instance;
    if (kind === 'source' && (state === 'failed' || state === 'refused'))
      this.#loop.accept({ type: 'unreachable', id, reason });
    const news = this.#instanceNews.of(instance, before);
    if (news !== undefined) this.#damper.take(news);
  }

  #tell(news: News): void {
    const { log } = this.#parts;
    const { id, kind, severity, text, code } = news;
    this.#events.add({ at: this.#now(), ...news });
    const fields = { event: kind, ...(code === undefined ? {} : { code }) };
    if (severity === 'warning') log(id).warn(text, fields);
    else log(id).info(text, fields);
  }

  /** RFC 3339, UTC. */
  #now(): string {
    return rfc3339(this.#loop.state().clocks[0]!, this.#parts.host.monotonic());
  }
}

const subjectOf = ({ kind, id }: { readonly kind: string; readonly id: string }): string => `${kind} ${id}`;

/** An event of the core with a code asks for a remedy: a warning. */
function newsOf({ kind, id, text, code, warning }: EventAction): News {
  const severity = warning === true || code !== undefined ? 'warning' : 'info';
  return { kind, id, severity, text, ...(code === undefined ? {} : { code }) };
}
