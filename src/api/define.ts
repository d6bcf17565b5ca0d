import type { ClientReport } from './client-report.js';
import type { SinkContext, SourceContext } from './context.js';
import type { ExchangeCounts } from './report.js';
import type { StandardSchema } from './standard-schema.js';
import type { ClockId } from './time.js';

/** The version of this contract. Within a major version it only grows. */
export const API_VERSION = 2;

/** Returns true for a version of the contract that this hub serves. Contract 1 called `observe` and `claim` in place of `report`. */
export const isKnownContract = (api: unknown): boolean => api === 1 || api === API_VERSION;

/** Result of `reload`: the new configuration is applied, or the kernel must restart the instance. */
export type Reloaded = 'applied' | 'restart';

/** A created instance. `start` begins I/O and resolves when the instance works; `stop` may be called at any time, and twice. */
export interface Running<C> {
  start(): Promise<void>;
  stop(): Promise<void>;
  reload?(next: C): Reloaded;
  /** Returns plain data for `timehub show <id>`. */
  inspect?(): Record<string, unknown>;
  /** Returns the exchanges of a source that asks a server. Without it the status shows the observations, at most 8, as its reach. */
  exchanges?(): ExchangeCounts;
  /** Returns the clients of a server, for `timehub clients`. */
  clients?(): Iterable<ClientReport>;
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
   * Privileges and devices that this type uses, even if only with certain options: `timehub plugins` lists them with those that
   * are missing. An instance starts without them: it reports what it cannot do.
   */
  readonly needs: readonly Need[];
  /** Schema of the table: source of its check, of the configuration reference and of the editor's schema. */
  readonly config: StandardSchema<C>;
  /**
   * Returns a configuration for each instance of a table that describes several, as `[source.ntp.a]` with a pool does:
   * `ntp.a-1`, `ntp.a-2`, …. undefined: the table is one instance. Pure.
   */
  instances?(config: C): readonly C[] | undefined;
  /** Creates an instance. Pure: no I/O and no timer before `start`. */
  create(config: C, context: X): Running<C>;
}

export interface SourceDefinition<C = unknown> extends Definition<'source', C, SourceContext> {
  /** Sources with the same host name ask different addresses of it, so check-config does not report them as one server. */
  readonly spreadsNames?: boolean;
}

export interface SinkDefinition<C = unknown> extends Definition<'sink', C, SinkContext> {
  /** Returns the clock that a sink with this configuration steers; check-config warns if two sinks steer one clock. Pure. */
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
