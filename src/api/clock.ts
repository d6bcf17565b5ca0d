import type { ClockId, Instant, Ns, Stamp } from './time.js';

/**
 * How a hardware clock is compared with the system clock, the best way first: both stamped by the hardware at one moment;
 * bracketed by the driver around the reading of the register; bracketed by the kernel; bracketed by this process.
 */
export type Comparing = 'precise' | 'extended' | 'basic' | 'user';

/** What a hardware clock can do, as its driver says. */
export interface ClockFacts {
  /** `/dev/ptp0` */
  readonly device: string;
  /** The driver's name for it. */
  readonly name: string;
  /** The greatest frequency correction, ppb. */
  readonly maxPpb: number;
  /** Channels that stamp pulses, and that make them. */
  readonly pulseInputs: number;
  readonly pulseOutputs: number;
  /** Names of the pins to which channels can be led; empty where they are wired. */
  readonly pins: readonly string[];
}

/** Two clocks read at one moment, or nearly so. */
export interface ClockComparison {
  /** The system clock's reading − this clock's, each on its own timescale. */
  readonly offsetNs: Ns;
  /** CLOCK_MONOTONIC_RAW of that moment. */
  readonly monotonic: Instant;
  /** How long the reading took: the offset is wrong by half of it at most. */
  readonly widthNs: Ns;
  readonly by: Comparing;
}

export type Edge = 'rising' | 'falling';

/** A channel of a hardware clock and the pin that it is led to. Default: as the pins are set already. */
export interface PulseChannel {
  readonly channel: number;
  /** By name or number. */
  readonly pin?: string | undefined;
}

export interface PulseInput extends PulseChannel {
  readonly edge: Edge;
}

export interface PulseOutput extends PulseChannel {
  readonly periodNs: Ns;
  /** Length of the pulse. Default: the driver's. */
  readonly widthNs?: Ns | undefined;
  /** When the edge comes after a whole period. Default 0. */
  readonly phaseNs?: Ns;
}

export interface ClockWishes {
  /**
   * Read the clock itself no more often than this, and count on in between. Default 1 s. For clocks whose reading takes
   * long or disturbs their pulses.
   */
  readonly restNs?: Ns;
}

/** A PTP hardware clock. Closed with the instance that opened it, which fails and is tried again when the device vanishes. */
export interface HardwareClock {
  /** `phc:ptp0`, however it was asked for. */
  readonly id: ClockId;
  readonly facts: ClockFacts;
  /**
   * Compares it with the system clock, the best of `samples` (default 5). Throws `TH_CLOCK_NO_ANSWER` when the clock cannot
   * be read at the moment (some stand still without a carrier), `TH_CLOCK_GONE`.
   */
  compare(samples?: number): ClockComparison;
  /** Stamps edges; they are handed over up to a tenth of a second later. Throws `TH_CLOCK_PULSE`. */
  pulseIn(options: PulseInput, handler: (edge: Stamp) => void): void;
  /** Makes pulses until the instance ends. Throws `TH_CLOCK_PULSE`. */
  pulseOut(options: PulseOutput): void;
}
