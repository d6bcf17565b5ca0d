import type { ServedClients } from './client-report.js';
import type { Claims, Observation } from './observation.js';
import type { Mode, SourceReport, TimeState } from './state.js';

/** State of one instance. */
export type InstanceState =
  | 'discovered'
  | 'configured'
  | 'starting'
  | 'running'
  | 'degraded'
  | 'stopping'
  | 'stopped'
  | 'failed'
  | 'refused';

export interface InstanceReport {
  readonly id: string;
  readonly kind: 'source' | 'sink';
  readonly state: InstanceState;
  readonly reason: string;
  readonly restarts: number;
}

/** The body of `GET /v1/status` and `timehub status --json`. Stable; fields are only ever added. */
export interface StatusReport {
  readonly schema: 1;
  readonly version: string;
  readonly mode: Mode;
  readonly reason: string;
  /** RFC 3339, UTC, of the corrected clock. */
  readonly modeSince: string;
  readonly uptimeS: number;
  /** The machine: its name, the best stamps of its sockets, the right to steer the system clock, and faults. */
  readonly host: {
    readonly name: string;
    readonly stamps: string;
    readonly canSteer: boolean;
    readonly notes: readonly string[];
  };
  readonly clocks: readonly {
    readonly id: string;
    readonly offsetNs: number;
    readonly sigmaNs: number;
    readonly boundNs: number;
    /** Infinity without a majority of the voters; null in JSON. */
    readonly majorityBoundNs?: number;
    readonly frequencyPpb: number;
    readonly steered: boolean;
    readonly reason: string;
  }[];
  /**
   * Seconds for which the bound of the system clock would stay below the target if all sources fell silent now. The target is
   * `[target] max-error`, or `[hub] tracking-error`. 0: it is above. Null while nothing is known.
   */
  readonly holdover: { readonly targetErrorNs: number; readonly lastsS: number } | null;
  /** The hub is not synchronised and serves its clock as it is (`[hub] free-run`). */
  readonly local?: boolean;
  /** The bound that decides the mode and that clients are told (`[hub] promise`). */
  readonly promise?: 'carriers' | 'majority';
  readonly leap: { readonly taiMinusUtc: number; readonly pending: string; readonly expires?: string };
  readonly ntp: {
    readonly stratum: number;
    readonly refid: string;
    readonly rootDelayNs: number;
    readonly rootDispersionNs: number;
  };
  readonly ptp: { readonly clockClass: number; readonly clockAccuracy: number; readonly timeSource: number };
  readonly sources: readonly (Omit<SourceReport, 'observations'> & {
    readonly reach: number;
    readonly observations: number;
    readonly lifecycle: InstanceState;
  })[];
  readonly sinks: readonly { readonly id: string; readonly state: InstanceState; readonly reason: string }[];
}

/** Exchange counts of a source that asks a server. */
export interface ExchangeCounts {
  /** Answers to the last eight requests. */
  readonly reach: number;
  /** Answers since the start. */
  readonly replies: number;
}

/** Report on one instance, for `timehub show <id>`. */
export interface DetailReport {
  readonly instance: InstanceReport;
  /** Its table as the operator wrote it. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly inspect: Readonly<Record<string, unknown>>;
  /** Present for a source that asks a server. */
  readonly exchanges?: ExchangeCounts;
  readonly source?: SourceReport;
  readonly claims?: Claims;
  /** The newest last. */
  readonly recent?: readonly Observation[];
}

/** An event for the operator. */
export interface HubEvent {
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly kind: 'mode' | 'source' | 'sink' | 'clock' | 'config' | 'leap' | 'storage';
  readonly id: string;
  /** `warning`: the hub or a part of it got worse. */
  readonly severity: 'info' | 'warning';
  readonly text: string;
  readonly code?: string;
}

export interface MetricSample {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly values: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

/** Read-only view of the hub. */
export interface HubReport {
  status(): StatusReport;
  /** Returns the text of `timehub why`. */
  why(): string;
  detail(id: string): DetailReport | undefined;
  /** The newest last. */
  events(): readonly HubEvent[];
  metrics(): readonly MetricSample[];
  /** `most`: number of clients that are listed. */
  clients(most: number): ServedClients;
  /** Returns a function that removes the handler. */
  onEvent(handler: (event: HubEvent) => void): () => void;
  state(): TimeState;
}
