import type {
  AesSiv,
  ClockId,
  ClockScale,
  ClockWishes,
  Endpoint,
  HardwareClock,
  Instant,
  Leap,
  Network,
  Ns,
  ServerAddress,
  SharedMemory,
  SharedMemoryOptions,
  Stamp,
  StampClass,
  Timer,
  WorkerOptions,
} from '../api/index.js';

/** The quality of a clock as the hub declares it to other programs (clock_adjtime(2): status, maxerror, esterror, TAI). */
export interface ClockDeclaration {
  readonly synchronised: boolean;
  readonly maxErrorNs: Ns;
  readonly estErrorNs: Ns;
  readonly leap: Leap;
  readonly taiMinusUtc: number;
}

/** One local clock of the operating system. Its reading methods throw `TH_CLOCK_GONE` once its device has vanished. */
export interface HostClock {
  readonly id: ClockId;
  readonly scale: ClockScale;
  readonly maxPpb: number;
  read(): Stamp;
  /** Returns the reading minus CLOCK_MONOTONIC. Both are slewed alike: only a step of the clock or a sleep changes it. */
  phase(): Instant;
  /** Returns an empty text when this process may steer the clock, else the reason in a sentence. */
  obstacle(): string;
  /** Returns the present frequency correction, ppb: positive makes the clock run faster. */
  frequencyPpb(): number;
  /** Returns the correction as the clock rounds it and clamps it to ±`maxPpb`. Throws `TH_CLOCK_PERMISSION`, `TH_CLOCK_SET`. */
  setFrequency(ppb: number): number;
  /** Steps the clock. Returns the step as the clock rounds it. Throws `TH_CLOCK_PERMISSION`, `TH_CLOCK_SET`. */
  step(deltaNs: Ns): Ns;
  declare(declaration: ClockDeclaration): void;
}

/** An open PTP hardware clock. */
export interface HostPhc extends HostClock, HardwareClock {
  /** Another instance wishes this rest between comparisons. */
  rest(restNs: Ns): void;
  close(): void;
}

/** Sockets that are bound to one address, one for each worker. They stay open when a worker ends. */
export interface WorkerSockets {
  readonly local: Endpoint;
  /** Returns the numbers of the sockets from which a worker receives. */
  of(worker: number): readonly number[];
  /** Returns the numbers of the sockets from which its replies leave, with transmit stamps; empty unless they were asked for. */
  senders(worker: number): readonly number[];
  /** The numbers of the sockets at the next port, one for each of `of`; empty unless they were asked for. */
  readonly nextPorts: readonly number[];
  close(): void;
}

/** A request of this hub's own source that a worker has received. */
export interface OwnRequest {
  readonly payload: Uint8Array;
  readonly from: Endpoint;
  readonly to: string;
}

export interface HostWorkerOptions {
  /** Its default export is a `HandlerDefinition`. */
  readonly module: URL;
  readonly data: unknown;
  /** `HandlerTools.index`. */
  readonly index: number;
  readonly sockets: readonly number[];
  /** `WorkerSockets.senders`, `WorkerSockets.nextPorts`. */
  readonly senders: readonly number[];
  readonly nextPorts: readonly number[];
  /** Memory of the hub's `OwnMarks`. */
  readonly marks: SharedArrayBuffer;
  /** Called for requests of this hub itself, and for the first one at each own address. */
  readonly onRequest: (request: OwnRequest) => void;
}

/** A thread that answers the requests of a server. */
export interface HostWorker {
  /** Resolves when it receives requests. Stays open if it ends before. */
  readonly ready: Promise<void>;
  /** Resolves when it has ended, with the error that ended it; undefined if it was asked to stop. Never rejects. */
  readonly ended: Promise<Error | undefined>;
  /** Rounds of its loop so far; at least one a second while it works. */
  readonly rounds: number;
  /** Asks it to stop, which takes 0.25 s. */
  stop(): void;
  /** Ends it in the middle of its handler. */
  terminate(): void;
}

export interface HostServiceOptions {
  /** Its default export is a `ServiceDefinition`. */
  readonly module: URL;
  readonly data: unknown;
  readonly name: string;
}

/** A thread with an event loop that runs a service. */
export interface HostService extends HostWorker {
  /** The result of the start, once `ready` has resolved. */
  readonly result: unknown;
  /** Settles as the `update` of the service does; resolves if it ends before. */
  update(data: unknown): Promise<void>;
}

/** The wishes of a server beside its address. */
export type ServerSocketWishes = Pick<WorkerOptions<unknown>, 'transmitStamps' | 'nextPort'>;

export interface HostWorkers {
  /** Throws the errors of `network.udp`. */
  open(at: ServerAddress, workers: number, wishes?: ServerSocketWishes): WorkerSockets;
  start(options: HostWorkerOptions): HostWorker;
}

/** The operating system as the kernel needs it. `src/host` implements it on Linux, `src/lab` in a simulation. */
export interface Host {
  /** The machine's name, as gethostname(2) has it. */
  readonly name: string;
  /** The best class of stamps of its sockets. */
  readonly stamps: StampClass;
  /** Faults of this machine, a sentence each. `timehub status` shows them. */
  readonly notes: readonly string[];
  readonly network: Network;
  /** Throws `TH_SHM_OPEN`, `TH_NET_NO_ADDON`. */
  sharedMemory(options: SharedMemoryOptions): SharedMemory;
  /** Returns the networks (CIDR) of bridges without a cable, such as those of containers: other machines have the same ones. */
  innerNetworks(): readonly string[];
  /** The clocks that are there from the start: the system clock first. */
  readonly clocks: readonly HostClock[];
  /** Throws `TH_CLOCK_UNKNOWN`, `TH_CLOCK_OPEN`. */
  openClock(id: ClockId, wishes?: ClockWishes): HostPhc;
  /** CLOCK_MONOTONIC_RAW. */
  monotonic(): Instant;
  /** Returns CLOCK_BOOTTIME − CLOCK_MONOTONIC: the machine's sleep since its boot. */
  slept(): Instant;
  after(delayNs: Ns, handler: () => void): Timer;
  random(octets: number): Uint8Array;
  /** Absent without the addon, where Node exports no OpenSSL, and in the lab. */
  readonly aesSiv?: AesSiv | undefined;
  /** Undefined where threads cannot receive requests: in the lab, and without the addon. */
  readonly workers?: HostWorkers | undefined;
  /** Undefined in the lab. */
  readonly startService?: ((options: HostServiceOptions) => HostService) | undefined;
  /** Returns tzdata's leap-seconds.list and its path. */
  leapSeconds(): { readonly text: string; readonly path: string } | undefined;
  /** Sends a state line to the service manager, if there is one (sd_notify(3)). */
  notify(state: string): void;
  close(): void;
}
