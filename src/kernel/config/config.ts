import type { HubError, PluginDefinition, StandardSchema } from '../../api/index.js';
import type { CoreOptions, SourceOptions } from '../../core/engine/input.js';
import type { Problem } from './diagnose/problem.js';

/** A TOML table as parsed: keys as in the file. */
export type Table = Readonly<Record<string, unknown>>;

export type Kind = 'source' | 'sink';

/** Reaction to an instance that cannot start: retry with back-off, go on without it, or stop the hub. */
export type OnError = 'retry' | 'ignore' | 'abort';

export type LogLevel = 'debug' | 'info' | 'warn' | 'silent';

/** Plan of one instance: what the configuration asks of it. */
export interface InstancePlan {
  /** `ntp.a`: unique in the hub, sources and sinks together. */
  readonly id: string;
  readonly kind: Kind;
  readonly type: string;
  /** Name of its table. Several instances share it if the table describes several. */
  readonly name: string;
  readonly definition: PluginDefinition;
  readonly enabled: boolean;
  readonly onError: OnError;
  /** The table as the operator wrote it. */
  readonly written: Table;
  /** The plugin's own part of the table, as its schema returned it. */
  readonly config: unknown;
  /** Keys that all sources have; undefined for a sink. */
  readonly options?: SourceOptions;
}

/** Options of `[hub]` and `[target]`. Paths are absolute; in the file they are relative to its folder. */
export interface HubOptions extends CoreOptions {
  readonly stateDir: string | undefined;
  /** Path of the event log: raw observations, claims and decisions, JSON Lines. */
  readonly eventLog: string | undefined;
  readonly logLevel: LogLevel;
}

/** A valid configuration: every key is known, and every value has its type. */
export interface HubConfig {
  /** The main file. */
  readonly path: string;
  readonly preset: string | undefined;
  /** Packages or paths outside the installation, in the order of the file. */
  readonly plugins: readonly string[];
  readonly hub: HubOptions;
  readonly instances: readonly InstancePlan[];
  /** `[lab]`: the simulated world of a demonstration, as written. */
  readonly lab: Table | undefined;
}

/** One file of the configuration. */
export interface ConfigFile {
  /** Path as the operator wrote it; messages begin with it. */
  readonly path: string;
  readonly text: string;
}

/** The files beside the main file: `conf.d/*.toml` in the order of their names, and the shipped presets. */
export interface AdditionalFiles {
  readonly dropIns: readonly ConfigFile[];
  /** Paths of files in `conf.d` that are not read because their names do not end in `.toml`. */
  readonly skipped?: readonly string[];
  /** Files and folders of the configuration that other users can change. */
  readonly unsafe?: readonly Problem[];
  readonly presets: ReadonlyMap<string, ConfigFile>;
}

/** A source or sink type, as far as it is known. */
export interface PluginType {
  readonly summary: string;
  /** Absent until its code is loaded. */
  readonly definition?: PluginDefinition;
  /** Its code must not run: its own keys are accepted unchecked. */
  readonly isUnchecked?: boolean;
  /** The reason why its code could not be loaded. */
  readonly failure?: HubError;
}

/** The source and sink types that a configuration may use. */
export interface PluginCatalogue {
  /** Types by id: `source.ntp`. */
  readonly types: ReadonlyMap<string, PluginType>;
  /** Schema of `[lab]`; absent without a lab. */
  readonly lab?: StandardSchema;
  /** Entries of `plugins` that could not be loaded, with the reason. */
  readonly failures?: ReadonlyMap<string, HubError>;
  /** Entries of `plugins` whose files a group can change, with the reason. */
  readonly weaknesses?: ReadonlyMap<string, HubError>;
}
