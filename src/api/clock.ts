import type { ClockId, Instant, Ns, Stamp } from './time.js';

/**
 * Method of comparing a hardware clock with the system clock, best first. precise: the hardware stamps both at one moment.
 * extended: the driver reads the system clock around the register access. basic: the kernel does. user: this process does.
 */
export type Comparing = 'precise' | 'extended' | 'basic' | 'user';

/** Properties of a hardware clock, as reported by its driver. */
export interface ClockFacts {
  /** `/dev/ptp0` */
  readonly device: string;
  /** Name that the driver gives it. */
  readonly name: string;
  /** Largest frequency correction, ppb. */
  readonly maxPpb: number;
  /** Number of channels that stamp pulses, and of channels that make them. */
  readonly pulseInputs: number;
  readonly pulseOutputs: number;
  /** Names of the pins that channels can use; empty if the wiring is fixed. */
  readonly pins: readonly string[];
}

/** Two clocks read at nearly the same moment. */
export interface ClockComparison {
  /** Reading of the system clock − reading of this clock, each on its own timescale. */
  readonly offsetNs: Ns;
  /** CLOCK_MONOTONIC_RAW of that moment. */
  readonly monotonic: Instant;
  /** Duration of the reading: the error of the offset is at most half of it. */
  readonly widthNs: Ns;
  readonly by: Comparing;
}

export type Edge = 'rising' | 'falling';

/** A channel of a hardware clock and its pin. Default: the present pin settings. */
export interface PulseChannel {
  readonly channel: number;
  /** Name or number. */
  readonly pin?: string | undefined;
}

export interface PulseInput extends PulseChannel {
  readonly edge: Edge;
}

export interface PulseOutput extends PulseChannel {
  readonly periodNs: Ns;
  /** Length of the pulse. Default: the driver's. */
  readonly widthNs?: Ns | undefined;
  /** Delay of the edge after the whole period. Default 0. */
  readonly phaseNs?: Ns;
}

export interface ClockWishes {
  /**
   * Shortest interval between readings of the clock itself; between them its time is extrapolated. Default 1 s. For clocks that
   * are slow to read or whose pulses are disturbed by a reading.
   */
  readonly restNs?: Ns;
}

/**
 * A PTP hardware clock. It is closed with the instance that opened it; if the device vanishes, that instance fails and is
 * retried.
 */
export interface HardwareClock {
  /** `phc:ptp0`, by whatever name it was opened. */
  readonly id: ClockId;
  readonly facts: ClockFacts;
  /**
   * Compares it with the system clock and returns the best of `samples` readings (default 5). Throws `TH_CLOCK_NO_ANSWER` if
   * the clock cannot be read at the moment (some stop without a carrier), `TH_CLOCK_GONE`.
   */
  compare(samples?: number): ClockComparison;
  /** Stamps edges and reports each within 0.1 s. Throws `TH_CLOCK_PULSE`. */
  pulseIn(options: PulseInput, handler: (edge: Stamp) => void): void;
  /** Makes pulses until the instance stops. Throws `TH_CLOCK_PULSE`. */
  pulseOut(options: PulseOutput): void;
}
