import type { SinkContext, SourceContext } from './context.js';
import type { ExchangeCounts } from './report.js';
import type { StandardSchema } from './standard-schema.js';
import type { ClockId } from './time.js';

/** The version of this contract. Within a major version it only grows. */
export const API_VERSION = 1;

/** Answer of `reload`: the new configuration is in force, or the kernel must restart the instance. */
export type Reloaded = 'applied' | 'restart';

/** A created instance. `start` begins I/O and resolves when it serves; `stop` ends it and may be called at any time, twice. */
export interface Running<C> {
  start(): Promise<void>;
  stop(): Promise<void>;
  reload?(next: C): Reloaded;
  /** Shown by `timehub show <id>`: plain data. */
  inspect?(): Record<string, unknown>;
  /** Of a source that asks a server. Without it the status shows the observations so far, 8 at most, as its reach. */
  exchanges?(): ExchangeCounts;
}

/** A privilege (`cap:`, capabilities(7)) or a kind of device (`dev:`, under /dev). */
export type Need =
  | 'cap:sys_time'
  | 'cap:net_admin'
  | 'cap:net_bind_service'
  | 'cap:net_raw'
  | 'dev:ptp'
  | 'dev:pps'
  | 'dev:tty';

export type Stability = 'experimental' | 'beta' | 'stable';

interface Definition<K extends string, C, X> {
  readonly api: typeof API_VERSION;
  readonly kind: K;
  /** `ntp`: the configuration's `[source.ntp.<name>]`. */
  readonly type: string;
  readonly summary: string;
  readonly stability: Stability;
  /**
   * Privileges and devices that this type uses, even if only with certain options: `timehub plugins` lists them with those that are
   * missing. An instance starts without them: it reports what it cannot do.
   */
  readonly needs: readonly Need[];
  /** From which the checks, the configuration reference and the editor's schema come. */
  readonly config: StandardSchema<C>;
  /**
   * The configurations of the instances that one table describes, where there may be several: `[source.ntp.a]` with a pool
   * becomes `ntp.a-1`, `ntp.a-2`, …; undefined: the table is one instance. Pure.
   */
  instances?(config: C): readonly C[] | undefined;
  /** Pure: no I/O and no timer before `start`. */
  create(config: C, context: X): Running<C>;
}

export interface SourceDefinition<C = unknown> extends Definition<'source', C, SourceContext> {
  /** Sources that name one host ask different addresses of it: check-config does not call them the same server. */
  readonly spreadsNames?: boolean;
}

export interface SinkDefinition<C = unknown> extends Definition<'sink', C, SinkContext> {
  /** Returns the clock that a sink with this configuration steers: check-config warns when two steer one. Pure. */
  steers?(config: C): ClockId | undefined;
}

export type PluginDefinition<C = unknown> = SourceDefinition<C> | SinkDefinition<C>;

export const defineSource = <C>(definition: Omit<SourceDefinition<C>, 'api' | 'kind'>): SourceDefinition<C> => ({
  api: API_VERSION,
  kind: 'source',
  ...definition,
});

export const defineSink = <C>(definition: Omit<SinkDefinition<C>, 'api' | 'kind'>): SinkDefinition<C> => ({
  api: API_VERSION,
  kind: 'sink',
  ...definition,
});
