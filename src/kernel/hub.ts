import {
  type HubReport,
  type Logger,
  NS_PER_S,
  type Running,
  type SinkDefinition,
  type SourceDefinition,
} from '../api/index.js';
import type { Registry } from './assembly/registry.js';
import * as t from './assembly/tokens.js';
import type { ConfigDifference, InstancePlan } from './config/index.js';
import { atMost } from './deadline.js';
import type { EventReporter } from './events/event-reporter.js';
import { InstanceEvents } from './events/instance-events.js';
import type { InstanceLogs } from './events/instance-logs.js';
import type { ReloadOutcomes } from './events/reload-outcomes.js';
import type { Host } from './host.js';
import { sinkContext, sourceContext } from './plugins/context.js';
import { Instance, type InstanceServices } from './plugins/instance.js';
import type { InstancesByType } from './plugins/instances-by-type.js';
import type { Scope } from './plugins/scope.js';
import type { StateSaver } from './saved-state/state-saver.js';
import type { TimeLoop } from './time/time-loop.js';

/** Time that the hub waits at its start for the saved state to be read. */
const LOAD_NS = 2 * NS_PER_S;
/** Time that the hub waits for the start of its instances. */
const START_PATIENCE_NS = 5 * NS_PER_S;
/** Time that a reload waits for each of its steps (removal, change, addition). A late step goes on. A stop takes 5 s at most. */
const RELOAD_STEP_NS = 6 * NS_PER_S;
/** Time for each of the four steps of a stop. */
const STOP_STEP_NS = NS_PER_S;

/** Starts, reloads and stops the instances. `assembleHub` makes it with its parts. */
export class Hub {
  readonly report: HubReport;
  readonly #parts: Registry;
  readonly #host: Host;
  readonly #loop: TimeLoop;
  readonly #instances: Map<string, Instance>;
  readonly #siblings: InstancesByType;
  readonly #saver: StateSaver;
  readonly #reporter: EventReporter;
  readonly #logs: InstanceLogs;
  readonly #services: InstanceServices;
  readonly #instanceEvents = new InstanceEvents();
  #stopping = false;

  constructor(parts: Registry) {
    this.#parts = parts;
    this.#host = parts.resolve(t.HOST);
    this.#loop = parts.resolve(t.TIME_LOOP);
    this.#instances = parts.resolve(t.INSTANCES);
    this.#siblings = parts.resolve(t.INSTANCES_BY_TYPE);
    this.#saver = parts.resolve(t.STATE_SAVER);
    this.#reporter = parts.resolve(t.EVENT_REPORTER);
    this.#logs = parts.resolve(t.INSTANCE_LOGS);
    this.report = parts.resolve(t.REPORT);
    this.#services = {
      host: this.#host,
      create: (plan, scope, health) => this.#create(plan, scope, health),
      changed: (instance, before) => this.#changed(instance, before),
      abort: parts.resolve(t.ABORT),
    };
    this.#loop.onWake(() => void this.#restartSources());
  }

  /** Outcomes of attempts to read the configuration again, for events, metrics and the status. */
  get reloads(): ReloadOutcomes {
    return this.#parts.resolve(t.RELOADS);
  }

  /** Returns the logger of an instance, or of the hub (`hub`). Repeated lines are counted and summarised. */
  logOf(id: string): Logger {
    return this.#logs.of(id);
  }

  /**
   * Starts the sinks, then the sources: a client that asks during the start learns that the hub is not synchronised. An
   * instance that does not start in time goes on starting.
   */
  async start(plans: readonly InstancePlan[]): Promise<void> {
    const host = this.#host;
    const saved = await atMost(host, LOAD_NS, this.#saver.load(host.clocks[0]!.read().time));
    if (this.#stopping) return;
    if (saved !== undefined) this.#loop.accept({ type: 'memory', ...saved });
    this.#loop.start();
    for (const plan of plans) this.#add(plan);
    for (const kind of ['sink', 'source'] as const) {
      const work = this.#each(kind, (instance) => instance.start());
      await atMost(host, START_PATIENCE_NS, work);
      if (this.#stopping) return;
    }
  }

  /**
   * Saves the state, stops the sources, then the sinks: a served clock degrades in holdover before it disappears. Does not wait
   * for a part that takes longer than its time: a stop takes 4 s at most. Never rejects.
   */
  async stop(): Promise<void> {
    this.#stopping = true;
    const stopSource = async (source: Instance): Promise<void> => {
      await source.stop();
      this.#loop.accept({ type: 'source-gone', id: source.id });
    };
    const steps: readonly (() => Promise<unknown>)[] = [
      () => this.#saver.save(),
      () => this.#each('source', stopSource),
      () => this.#each('sink', (sink) => sink.stop()),
      () => Promise.all([this.#saver.stop(), this.#closeEventLog()]),
    ];
    for (const step of steps) await atMost(this.#host, STOP_STEP_NS, step()).catch(() => undefined);
    this.#reporter.stop();
    this.#logs.stop();
  }

  /**
   * Applies a validated configuration: unchanged instances keep running, and instances that cannot start try again. Rejects
   * for a fault of the hub itself, after the other instances have been changed.
   */
  async reload(plans: readonly InstancePlan[], difference: ConfigDifference): Promise<void> {
    const { removed, retuned, changed, added } = difference;
    const planOf = (id: string) => plans.find((plan) => plan.id === id)!;
    const steps: readonly (readonly [readonly string[], (id: string) => Promise<void>])[] = [
      [removed, (id) => this.#remove(id)],
      [retuned, async (id) => this.#announce(planOf(id))],
      [changed, (id) => this.#startOrReload(planOf(id))],
      [added, (id) => this.#startOrReload(planOf(id))],
    ];
    const outcomes: PromiseSettledResult<void>[] = [];
    for (const [ids, work] of steps) {
      if (this.#stopping) return;
      const step = Promise.allSettled(ids.map(work));
      outcomes.push(...((await atMost(this.#host, RELOAD_STEP_NS, step)) ?? []));
    }
    this.#saver.reloaded();
    const fault = outcomes.find(({ status }) => status === 'rejected');
    if (fault !== undefined) throw (fault as PromiseRejectedResult).reason;
  }

  /** Starts an instance, or changes it to this plan if it is there. */
  async #startOrReload(plan: InstancePlan): Promise<void> {
    const known = this.#instances.get(plan.id);
    if (known === undefined) return this.#add(plan).start();
    this.#announce(plan);
    await known.reload(plan);
  }

  #closeEventLog(): Promise<void> {
    this.#loop.stop();
    return this.#parts.resolve(t.EVENT_LOG).close();
  }

  #add(plan: InstancePlan): Instance {
    const instance = new Instance(plan, this.#services);
    this.#instances.set(plan.id, instance);
    this.#siblings.join(plan.definition.type, plan.id);
    this.#announce(plan);
    return instance;
  }

  #announce({ id, options }: InstancePlan): void {
    if (options !== undefined) this.#loop.accept({ type: 'source', id, options });
  }

  async #remove(id: string): Promise<void> {
    const instance = this.#instances.get(id);
    if (instance === undefined) return;
    await instance.stop();
    if (instance.kind === 'source') this.#loop.accept({ type: 'source-gone', id });
    this.#instances.delete(id);
    this.#siblings.leave(instance.plan.definition.type, id);
    this.#instanceEvents.forget(id);
    this.#parts.resolve(t.RECENT_OBSERVATIONS).forget(id);
    this.#parts.resolve(t.IDENTITY).forget(id);
    this.#parts.resolve(t.METRICS).forget(id);
    this.#reporter.forget(instance);
    this.#logs.forget(id);
  }

  async #each(kind: 'source' | 'sink', work: (instance: Instance) => Promise<void>): Promise<void> {
    await Promise.all([...this.#instances.values()].filter((instance) => instance.kind === kind).map(work));
  }

  /** Creates the plugin's object for one run: its context is made from a child registry with the plan and scope of the run. */
  #create(
    plan: InstancePlan,
    scope: Scope,
    health: (state: 'ok' | 'degraded', reason: string) => void,
  ): Running<unknown> {
    const registry = this.#parts.child().value(t.PLAN, plan).value(t.SCOPE, scope).value(t.HEALTH, health);
    const { definition, config } = plan;
    if (definition.kind === 'sink') return (definition as SinkDefinition).create(config, sinkContext(registry));
    return (definition as SourceDefinition).create(config, sourceContext(registry));
  }

  /** After a sleep connections are dead, names lead elsewhere and the time is unknown: sources begin again. */
  #restartSources(): Promise<void> {
    return this.#each('source', (instance) => instance.restart());
  }

  #changed(instance: Instance, before: Instance['state']): void {
    const { id, kind, state, reason } = instance;
    if (kind === 'source' && (state === 'failed' || state === 'refused'))
      this.#loop.accept({ type: 'unreachable', id, reason });
    const event = this.#instanceEvents.of(instance, before);
    if (event !== undefined) this.#reporter.report(event);
  }
}
