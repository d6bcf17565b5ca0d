import type {
  ClockId,
  ClockScale,
  ClockWishes,
  HardwareClock,
  Instant,
  Leap,
  Network,
  Ns,
  Stamp,
  StampClass,
  Timer,
} from '../api/index.js';

/** What the hub declares about a clock to everybody else on the machine (clock_adjtime(2): status, maxerror, esterror, TAI). */
export interface ClockDeclaration {
  readonly synchronised: boolean;
  readonly maxErrorNs: Ns;
  readonly estErrorNs: Ns;
  readonly leap: Leap;
  readonly taiMinusUtc: number;
}

/** One local clock, as the operating system gives it. What reads it throws `TH_CLOCK_GONE` once its device has vanished. */
export interface HostClock {
  readonly id: ClockId;
  readonly scale: ClockScale;
  readonly maxPpb: number;
  read(): Stamp;
  /** The reading minus CLOCK_MONOTONIC. Both are slewed alike: it changes when somebody steps the clock, and by a sleep. */
  phase(): Instant;
  /** Empty when this process may steer it, else the reason in a sentence. */
  obstacle(): string;
  /** The frequency correction in force, ppb: positive makes the clock run faster. */
  frequencyPpb(): number;
  /** Sets the correction; answers what was really set (rounded, clamped to ±`maxPpb`). Throws `TH_CLOCK_PERMISSION`, `TH_CLOCK_SET`. */
  setFrequency(ppb: number): number;
  /** Adds to the clock at once; answers what was really added. Throws `TH_CLOCK_PERMISSION`, `TH_CLOCK_SET`. */
  step(deltaNs: Ns): Ns;
  declare(declaration: ClockDeclaration): void;
}

/** A PTP hardware clock, open. */
export interface HostPhc extends HostClock, HardwareClock {
  /** Takes up the wish of another user. */
  rest(restNs: Ns): void;
  close(): void;
}

/** The operating system as the kernel needs it: `src/host` is the real one, `src/lab` a simulated one. */
export interface Host {
  /** The machine's name, as gethostname(2) has it. */
  readonly name: string;
  /** The best stamps its sockets deliver. */
  readonly stamps: StampClass;
  /** What is missing on this machine, a sentence each: shown in `timehub status`. */
  readonly notes: readonly string[];
  readonly network: Network;
  /** Networks (CIDR) of bridges that no cable leads to, as of containers: other machines have the same ones. */
  innerNetworks(): readonly string[];
  /** Those that are there from the start: the system clock first. */
  readonly clocks: readonly HostClock[];
  /** Throws `TH_CLOCK_UNKNOWN`, `TH_CLOCK_OPEN`. */
  openClock(id: ClockId, wishes?: ClockWishes): HostPhc;
  /** CLOCK_MONOTONIC_RAW. */
  monotonic(): Instant;
  /** CLOCK_BOOTTIME − CLOCK_MONOTONIC: how long the machine has slept since it was started, as it knows it. */
  slept(): Instant;
  after(delayNs: Ns, handler: () => void): Timer;
  random(octets: number): Uint8Array;
  /** tzdata's leap-seconds.list and where it was found. */
  leapSeconds(): { readonly text: string; readonly path: string } | undefined;
  /** Sends a state line to the service manager (sd_notify(3)); nothing where there is none. */
  notify(state: string): void;
  close(): void;
}
