import {
  type ClientReport,
  type ExchangeCounts,
  HubError,
  type InstanceReport,
  type InstanceState,
  NS_PER_S,
  type Running,
  type Timer,
} from '../../api/index.js';
import type { InstancePlan } from '../config/index.js';
import { within } from '../deadline.js';
import type { Host } from '../host.js';
import { cleaned, sentence } from './clean-values.js';
import { Scope } from './scope.js';

/** The hub as an instance sees it. */
export interface InstanceServices {
  readonly host: Pick<Host, 'after' | 'monotonic'>;
  /** Creates the plugin's object for one run. */
  create(
    plan: InstancePlan,
    scope: Scope,
    health: (state: 'ok' | 'degraded', reason: string) => void,
  ): Running<unknown>;
  changed(instance: Instance, before: InstanceState): void;
  /** An instance with `on-error = "abort"` failed. */
  abort(error: Error): void;
}

const FIRST_DELAY_NS = NS_PER_S;
const LONGEST_DELAY_NS = 60 * NS_PER_S;
/** After this running time the delay of a retry begins at its shortest again. */
const FORGIVEN_AFTER_NS = 30 * NS_PER_S;
/** The same running time for a fault that passes by itself, such as a device that was taken away. */
const FORGIVEN_WHEN_PASSING_NS = 5 * NS_PER_S;
/** Interval of the checks whether such a fault is over. */
const CHECK_NS = NS_PER_S / 2;
/** Delay of the start after it is over: a new device gets its permissions. */
const SETTLING_NS = NS_PER_S / 2;
const STOP_DEADLINE_NS = 5 * NS_PER_S;
const START_DEADLINE_NS = 30 * NS_PER_S;

/**
 * One plugin instance and its life: configured → starting → running ⇄ degraded → stopping → stopped. A failed instance starts
 * again after 1 s, doubling to 60 s, or as soon as the cause of the failure is gone. A refused one waits for a new configuration.
 */
export class Instance {
  plan: InstancePlan;
  state: InstanceState = 'configured';
  reason = 'waits for its start';
  restarts = 0;
  readonly #services: InstanceServices;
  #scope: Scope | undefined;
  #running: Running<unknown> | undefined;
  #retry: Timer | undefined;
  #check: Timer | undefined;
  /** True if the last failure was still there at the last check. */
  #faultPersists = false;
  #ending: Promise<void> = Promise.resolve();
  #failures = 0;
  #stops = 0;
  #runningSince = 0n;

  constructor(plan: InstancePlan, services: InstanceServices) {
    this.plan = plan;
    this.#services = services;
  }

  get id(): string {
    return this.plan.id;
  }

  get kind(): 'source' | 'sink' {
    return this.plan.definition.kind;
  }

  report(): InstanceReport {
    return { id: this.id, kind: this.kind, state: this.state, reason: this.reason, restarts: this.restarts };
  }

  /** Returns the plugin's own view, cleaned. An error that it throws is shown. */
  inspect(): Record<string, unknown> {
    try {
      return cleaned(this.#scope?.run(() => this.#running?.inspect?.()) ?? {});
    } catch (error) {
      return { error: sentence((error as Error).message) };
    }
  }

  /** Undefined: it does not run, or the plugin has none or throws. */
  exchanges(): ExchangeCounts | undefined {
    try {
      const counts = this.#scope?.run(() => this.#running?.exchanges?.());
      return Number.isFinite(counts?.reach) && Number.isFinite(counts?.replies) ? counts : undefined;
    } catch {
      return undefined;
    }
  }

  /** None: it does not run, or the plugin has none or throws. */
  clients(): readonly ClientReport[] {
    try {
      return this.#scope?.run(() => [...(this.#running?.clients?.() ?? [])]) ?? [];
    } catch {
      return [];
    }
  }

  /** Resolves when the instance runs or its first try has failed. Never rejects. */
  async start(): Promise<void> {
    const scope = new Scope(this.id, (error) => this.#crashed(scope, error));
    this.#scope = scope;
    try {
      this.#become('starting', 'is starting');
      const running = scope.run(() =>
        this.#services.create(this.plan, scope, (state, reason) => this.#health(scope, state, reason)),
      );
      this.#running = running;
      await within(
        this.#services.host,
        START_DEADLINE_NS,
        'to start',
        scope.run(() => running.start()),
      );
    } catch (error) {
      scope.crash(error);
      return;
    }
    if (scope !== this.#scope) return;
    this.#runningSince = this.#services.host.monotonic();
    // A health report during start() has set another state.
    if (this.state === 'starting') this.#become('running', '');
  }

  /** Stops the instance in any state. Never rejects. */
  async stop(): Promise<void> {
    this.#stops++;
    this.#forgetRetry();
    if (this.#scope !== undefined) this.#become('stopping', 'is stopping');
    this.#end();
    await this.#ending;
    this.#become('stopped', 'was stopped');
  }

  /** Starts again at once if the instance runs or waits to try again. */
  async restart(): Promise<void> {
    if (this.#scope === undefined && this.state !== 'failed') return;
    this.#forgetRetry();
    this.#failures = 0;
    this.#end();
    this.#become('starting', 'is started again');
    const stops = this.#stops;
    await this.#ending;
    if (stops === this.#stops) await this.start();
  }

  /** Applies another configuration: in place if the plugin can, else by a restart. Never rejects. */
  async reload(plan: InstancePlan): Promise<void> {
    const running = plan.definition === this.plan.definition ? this.#running : undefined;
    this.plan = plan;
    if (this.#appliesInPlace(running)) return;
    const stopped = this.stop();
    const stops = this.#stops;
    await stopped;
    this.#failures = 0;
    if (stops === this.#stops) await this.start();
  }

  /** Returns false also if the plugin throws: its state is undefined then. */
  #appliesInPlace(running: Running<unknown> | undefined): boolean {
    try {
      return this.#scope?.run(() => running?.reload?.(this.plan.config)) === 'applied';
    } catch {
      return false;
    }
  }

  #health(scope: Scope, state: 'ok' | 'degraded', reason: string): void {
    if (scope !== this.#scope || this.state === 'stopping') return;
    this.#become(state === 'ok' ? 'running' : 'degraded', reason);
  }

  #crashed(scope: Scope, error: Error): void {
    if (scope !== this.#scope) return;
    scope.abort();
    this.#end();
    const { onError } = this.plan;
    const text =
      error instanceof HubError && error.hint !== undefined ? `${error.message} (${error.hint})` : error.message;
    const final = onError !== 'retry' || (error instanceof HubError && error.code === 'TH_PLUGIN_REFUSED');
    if (final) this.#become('refused', text);
    else this.#retryLater(text, error instanceof HubError ? error.isOver : undefined);
    if (onError === 'abort') this.#services.abort(error);
  }

  #retryLater(text: string, isOver: (() => boolean) | undefined): void {
    const ranNs = this.#runningSince === 0n ? 0 : Number(this.#services.host.monotonic() - this.#runningSince);
    this.#runningSince = 0n;
    const isGone = isOver !== undefined && answersTrue(isOver);
    const isNew = ranNs >= (isOver === undefined ? FORGIVEN_AFTER_NS : FORGIVEN_WHEN_PASSING_NS);
    if (isNew || (isGone && this.#faultPersists)) this.#failures = 0;
    this.#faultPersists = isOver !== undefined && !isGone;
    const delayNs = Math.min(FIRST_DELAY_NS * 2 ** this.#failures++, LONGEST_DELAY_NS);
    const orSooner = this.#faultPersists ? ', or as soon as that is over' : '';
    this.#become('failed', `${text}; tries again in ${delayNs / NS_PER_S} s${orSooner}`);
    this.#retry = this.#services.host.after(delayNs, () => this.#retryNow());
    if (isOver !== undefined) this.#awaitEnd(isOver);
  }

  #retryNow(): void {
    this.#forgetRetry();
    this.restarts++;
    const stops = this.#stops;
    void this.#ending.then(() => (stops === this.#stops ? this.start() : undefined));
  }

  #forgetRetry(): void {
    this.#retry?.cancel();
    this.#check?.cancel();
  }

  /** Starts again once the fault is over. If it was over from the beginning, the retry starts the instance. */
  #awaitEnd(isOver: () => boolean): void {
    this.#check = this.#services.host.after(CHECK_NS, () => {
      const isGone = answersTrue(isOver);
      if (!isGone || !this.#faultPersists) {
        this.#faultPersists = !isGone;
        this.#awaitEnd(isOver);
        return;
      }
      this.#faultPersists = false;
      this.#failures = 0;
      this.#check = this.#services.host.after(SETTLING_NS, () => this.#retryNow());
    });
  }

  /** Ends the present run. `#ending` resolves when that is done. */
  #end(): void {
    const scope = this.#scope;
    const running = this.#running;
    if (scope === undefined) return;
    this.#scope = undefined;
    this.#running = undefined;
    const stopping = async () => running?.stop();
    // An error in stop() changes nothing: closing the scope is all that is left to do.
    this.#ending = within(this.#services.host, STOP_DEADLINE_NS, 'to stop', scope.run(stopping))
      .catch(() => undefined)
      .then(() => scope.close());
  }

  #become(state: InstanceState, stated: string): void {
    const reason = sentence(stated);
    const before = this.state;
    if (before === state && this.reason === reason) return;
    this.state = state;
    this.reason = reason;
    this.#services.changed(this, before);
  }
}

function answersTrue(isOver: () => boolean): boolean {
  try {
    return isOver();
  } catch {
    return false;
  }
}
