import type { ClockWishes, HardwareClock } from './clock.js';
import type { HubIdentity } from './identity.js';
import type { Network } from './network.js';
import type { Report } from './observation.js';
import type { HubReport } from './report.js';
import type { SourceState, TimeState } from './state.js';
import type { ClockId, Instant, Ns, Stamp } from './time.js';

export interface Logger {
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
}

/** Metric names get the prefix `timehub_<kind>_<type>_` and the label `id`. Name units: `_seconds`, `_total`. */
export interface Metrics {
  counter(name: string, help: string, labels?: Readonly<Record<string, string>>): (by?: number) => void;
  gauge(name: string, help: string, labels?: Readonly<Record<string, string>>): (value: number) => void;
  /** `refresh` is called before the values are read: for what nobody keeps up to date as it changes. */
  onRead(refresh: () => void): void;
}

export interface Timer {
  cancel(): void;
}

/** Everything that a plugin instance may touch. The lab gives the same interface over virtual time. */
export interface Context {
  /** `ntp.ptbtime1` */
  readonly id: string;
  /** 1, 2, …: its number among the instances of its type in this hub, sources and sinks alike; its own as long as it is there. */
  readonly ordinal: number;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly network: Network;
  /** By which the hub recognises its own time when it comes back. */
  readonly identity: HubIdentity;
  /**
   * What the last run of this instance has left behind by `remember`, before this hub was started or since; undefined:
   * nothing. It may be of another version of the plugin, or of anybody with an editor: check it.
   */
  readonly remembered: unknown;
  /**
   * One value for all instances of this type in this hub, made by the first that asks for it and kept until the hub ends:
   * what they are parts of (the ports of one PTP clock). What `make` throws, this throws, and the next one makes it.
   */
  common<T>(make: () => T): T;
  /** Aborted on stop, restart and crash. */
  readonly signal: AbortSignal;
  /** CLOCK_MONOTONIC_RAW now. */
  monotonic(): Instant;
  /** Reads a local clock. Throws `TH_CLOCK_UNKNOWN`. */
  read(clock: ClockId): Stamp;
  /**
   * Opens a hardware clock by its interface (`phc:eth0`) or device (`phc:ptp0`, `phc:/dev/ptp0`): from now on the hub
   * knows it. Throws `TH_CLOCK_UNKNOWN`, `TH_CLOCK_OPEN`.
   */
  openClock(clock: ClockId, wishes?: ClockWishes): HardwareClock;
  /** A supervised one-shot timer: what it throws restarts this instance alone, stopping cancels it. */
  after(delayNs: Ns, handler: () => void | Promise<void>): Timer;
  /**
   * Keeps a JSON value, of 4 KiB at most, for the next run of this instance, and for the next start where the operator has
   * given a `state-dir`: within half a minute. `undefined` forgets. For what was measured and takes long to measure, said
   * when it has changed by more than its noise. Throws `TH_PLUGIN_REMEMBER`.
   */
  remember(value: unknown): void;
  /** Unpredictable octets. */
  random(octets: number): Uint8Array;
  /** What the operator should know of this instance beside that it runs. `reason` is one sentence. */
  health(state: 'ok' | 'degraded', reason: string): void;
  /**
   * Restarts this instance with back-off, or as soon as the error's `isOver` says so: the device vanished, the peer cannot be
   * had. An instance that merely gets no answers says `health('degraded', …)` and goes on asking.
   */
  fail(error: Error): void;
}

export interface SourceContext extends Context {
  /**
   * Reports observations made together (the two legs of an exchange in one call) and the claims that go with them, once for each
   * reply. Throws `TH_PLUGIN_OBSERVATION`.
   */
  report(report: Report): void;
  /** The source does not answer: one sentence why. The next report ends it. */
  unreachable(reason: string): void;
  /**
   * What the source has for the time has jumped, before the observations that follow: another time base, a grandmaster that was
   * set. One sentence why; `jumpNs`: by how much its time went forward, if that is known. Its word about the time starts anew
   * with its next observation, what is known of its path stays. The hub sees by itself a jump that shows in the observations;
   * a source that is told of one is quicker.
   */
  discontinuity(reason: string, jumpNs?: Ns): void;
  /**
   * Another server is asked from now on: one sentence which and why. What was known of the former one, its time and its
   * reputation, is forgotten.
   */
  replaced(reason: string): void;
  /** The state of this source in the vote of all, after what it has observed so far. */
  voteState(): SourceState;
  /**
   * How long, `minNs`..`maxNs`, until the next observation of this source is worth asking for, as the estimate has it: soon
   * while little is known or after a surprise, late when an answer would tell nothing new. For sources that decide when to
   * ask; what a server wishes, and jitter, are theirs to add.
   */
  worthAskingIn(minNs: Ns, maxNs: Ns): Ns;
}

/** When a clock may be set at once instead of slewed. */
export interface StepPolicy {
  /** Step when the offset is above this, ns. */
  readonly thresholdNs: Ns;
  /** During this many first updates only; Infinity: always. */
  readonly updates: number;
  /** Refuse offsets above this: leave the clock alone and say so. Not applied to the first update when `panicAtStart` is false. */
  readonly panicNs: Ns;
  readonly panicAtStart: boolean;
  /** Highest slewing rate, ppb. */
  readonly maxSlewPpb: number;
}

/** A granted right to steer one clock. The kernel steers; the sink says how and hears how it goes. */
export interface Discipline {
  /** The last decision in a sentence. */
  readonly reason: string;
  release(): void;
}

export interface SinkContext extends Context {
  state(): TimeState;
  /** Called with each new state, until the run ends. */
  onState(handler: (state: TimeState) => void): void;
  /**
   * Asks the kernel to steer a clock by the estimate. One owner a clock. Throws `TH_CLOCK_PERMISSION` without the
   * privilege, `TH_CLOCK_OWNED` when another sink has it: the sink then observes and says why.
   */
  discipline(clock: ClockId, policy: StepPolicy): Discipline;
  /** The whole hub, read-only: for the control socket, dashboards, exporters. */
  readonly hub: HubReport;
}
