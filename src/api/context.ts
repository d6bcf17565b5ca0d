import type { AesSiv } from './aes-siv.js';
import type { ClockWishes, HardwareClock } from './clock.js';
import type { HubIdentity } from './identity.js';
import type { Network } from './network.js';
import type { Report } from './observation.js';
import type { HubReport } from './report.js';
import type { WorkerGroup, WorkerOptions } from './request-handler.js';
import type { ServiceOptions, ServiceThread } from './service-thread.js';
import type { SharedMemory, SharedMemoryOptions } from './shared-memory.js';
import type { SourceState, TimeState } from './state.js';
import type { ClockId, Instant, Ns, Stamp } from './time.js';

export interface Logger {
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
}

/** Metric names get the prefix `timehub_<kind>_<type>_` and the label `id`. They end in their unit: `_seconds`, `_total`. */
export interface Metrics {
  counter(name: string, help: string, labels?: Readonly<Record<string, string>>): (by?: number) => void;
  gauge(name: string, help: string, labels?: Readonly<Record<string, string>>): (value: number) => void;
  /** Calls `refresh` before the values are read, for values that are computed only then. */
  onRead(refresh: () => void): void;
}

export interface Timer {
  cancel(): void;
}

/** Everything that a plugin instance may use. The lab provides the same interface in virtual time. */
export interface Context {
  /** `ntp.ptbtime1` */
  readonly id: string;
  /** 1, 2, …: number among the sources and sinks of its type in this hub, constant while the instance exists. */
  readonly ordinal: number;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly network: Network;
  /** Attaches System V shared memory (shmget(2)), and makes it if there is none. Throws `TH_SHM_OPEN`, `TH_NET_NO_ADDON`. */
  sharedMemory(options: SharedMemoryOptions): SharedMemory;
  /** Lets the hub recognise its own time in the replies of others. */
  readonly identity: HubIdentity;
  /**
   * The value that an earlier run of this instance saved with `remember`, in this hub or before its start; undefined if there
   * is none. Check it: another version of the plugin or a person may have written it.
   */
  readonly remembered: unknown;
  /**
   * Returns a value that all instances of this type in this hub share, such as the PTP clock of several ports. The first call
   * makes it, and it is kept until the hub stops. An error of `make` is thrown and not cached.
   */
  common<T>(make: () => T): T;
  /** Aborted on stop, restart and crash of the instance. */
  readonly signal: AbortSignal;
  /** Returns CLOCK_MONOTONIC_RAW. */
  monotonic(): Instant;
  /** Reads a local clock. Throws `TH_CLOCK_UNKNOWN`. */
  read(clock: ClockId): Stamp;
  /**
   * Opens a hardware clock by its interface (`phc:eth0`) or device (`phc:ptp0`, `phc:/dev/ptp0`), and makes it known to the
   * hub. Throws `TH_CLOCK_UNKNOWN`, `TH_CLOCK_OPEN`.
   */
  openClock(clock: ClockId, wishes?: ClockWishes): HardwareClock;
  /** Starts a one-shot timer. An error in `handler` restarts only this instance; a stop of the instance cancels the timer. */
  after(delayNs: Ns, handler: () => void | Promise<void>): Timer;
  /**
   * Saves a JSON value of at most 4 KiB for the next run of this instance, and, with `state-dir`, for the next start of the hub
   * (written within half a minute). `undefined` deletes it. For values that take long to measure; call it when the value has
   * changed by more than its noise. Throws `TH_PLUGIN_REMEMBER`.
   */
  remember(value: unknown): void;
  /** Returns unpredictable octets. */
  random(octets: number): Uint8Array;
  /** Fast AES-SIV; absent without the addon, where Node exports no OpenSSL, and in the lab. */
  readonly aesSiv?: AesSiv | undefined;
  /** Reports the health of a running instance to the operator. `reason` is one sentence. */
  health(state: 'ok' | 'degraded', reason: string): void;
  /**
   * Restarts this instance with back-off, or as soon as `isOver` of the error returns true; for a device that vanished or a
   * peer that cannot be reached. An instance that only gets no replies calls `health('degraded', …)` and continues.
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
   * Reports that the source's time has jumped before its next observation, for example because a grandmaster was set. `reason`
   * is one sentence; `jumpNs`: forward jump, if known. The estimate of its time starts again, the estimate of its path stays.
   * The hub detects a jump from observations alone, but later.
   */
  discontinuity(reason: string, jumpNs?: Ns): void;
  /**
   * Reports that the source asks another server from now on. `reason`: one sentence with server and cause. The estimate and the
   * record of the former server are dropped.
   */
  replaced(reason: string): void;
  /** Returns the state of this source in the selection, after its observations so far. */
  voteState(): SourceState;
  /**
   * Returns the time, `minNs`..`maxNs`, until the next observation of this source is useful to the estimate: short while little
   * is known or after a surprise, long when an answer would add little. For sources that choose when to ask; they add jitter
   * and the server's own limits.
   */
  worthAskingIn(minNs: Ns, maxNs: Ns): Ns;
}

/** Limits of the corrections of one clock. */
export interface StepPolicy {
  /** Offsets above this are stepped, smaller ones slewed. */
  readonly thresholdNs: Ns;
  /** Number of first updates in which a step is allowed; Infinity: always. */
  readonly updates: number;
  /** Larger offsets are reported and not corrected; the first update is exempt unless `panicAtStart` is true. */
  readonly panicNs: Ns;
  readonly panicAtStart: boolean;
  /** Highest slewing rate, ppb. */
  readonly maxSlewPpb: number;
}

/** The right of one sink to have one clock steered. The kernel steers by the sink's policy and reports its decisions. */
export interface Discipline {
  /** The last decision, one sentence. */
  readonly reason: string;
  release(): void;
}

export interface SinkContext extends Context {
  state(): TimeState;
  /** Calls `handler` with each new state until the instance stops. */
  onState(handler: (state: TimeState) => void): void;
  /**
   * Asks the kernel to steer a clock by the estimate. Throws `TH_CLOCK_PERMISSION` without the privilege, and `TH_CLOCK_OWNED`
   * if another sink steers the clock; the sink then observes it and reports the reason.
   */
  discipline(clock: ClockId, policy: StepPolicy): Discipline;
  /**
   * Starts threads that receive requests and answer them by the handler of a module. Returns undefined where there are none, in
   * the lab and without the addon: then the sink runs the handler in line. Throws the errors of `network.udp`.
   */
  workers<D>(options: WorkerOptions<D>): WorkerGroup<D> | undefined;
  /**
   * Starts a thread with an event loop that runs the service of a module. Returns undefined in the lab: then the sink runs the
   * service in line.
   */
  service<D, R>(options: ServiceOptions<D>): ServiceThread<D, R> | undefined;
  /** Read-only report of the whole hub, for the control socket, dashboards and exporters. */
  readonly hub: HubReport;
}
