import {
  type ClockId,
  type ClockScale,
  HubError,
  type Instant,
  type Ns,
  type Stamp,
  type StampClass,
} from '../../api/index.js';
import type { ClockDeclaration, HostClock } from '../../kernel/host.js';
import type { LabOscillator } from './oscillator.js';

export interface LabClockOptions {
  readonly id: ClockId;
  readonly scale: ClockScale;
  /** True time on its timescale at the start of the run. */
  readonly start: Instant;
  /** Reference − clock at the start. */
  readonly offsetNs: Ns;
  readonly maxPpb: number;
  /** The reason why the clock may not be steered; empty: it may. */
  readonly obstacle: string;
  readonly oscillator: LabOscillator;
  readonly nowNs: () => Ns;
  readonly monotonic: () => Instant;
}

/** The kernel counts frequencies in 2^-16 ppm (clock_adjtime(2)). */
const STEPS_PER_PPB = 65.536;

/** A clock that counts its oscillator, can be stepped and slewed, and knows its true error. */
export class LabClock implements HostClock {
  readonly id: ClockId;
  readonly scale: ClockScale;
  readonly maxPpb: number;
  declared: ClockDeclaration | undefined;
  readonly #options: LabClockOptions;
  #correctionPpb = 0;
  /** Sum of all steps and corrections at `#countNs` of the oscillator. */
  #adjustedNs: Ns;
  #countNs: Ns = 0;
  #stepped: Instant;
  #start: Instant;

  constructor(options: LabClockOptions) {
    this.#options = options;
    this.id = options.id;
    this.scale = options.scale;
    this.maxPpb = options.maxPpb;
    this.#adjustedNs = -options.offsetNs;
    this.#start = options.start;
    this.#stepped = options.start - BigInt(Math.round(options.offsetNs));
  }

  read(): Stamp {
    return this.stamp('user');
  }

  stamp(by: StampClass): Stamp {
    const nowNs = this.#options.nowNs();
    const time = this.#start + BigInt(Math.round(nowNs - this.errorNs()));
    return { clock: this.id, time, monotonic: this.#options.monotonic(), by };
  }

  /** Returns the true offset, reference − clock. */
  errorNs(): Ns {
    const nowNs = this.#options.nowNs();
    const phaseNs = this.#options.oscillator.phaseNs(nowNs);
    return -(phaseNs + this.#adjustedNs + (nowNs + phaseNs - this.#countNs) * this.#correctionPpb * 1e-9);
  }

  phase(): Instant {
    return this.#stepped;
  }

  obstacle(): string {
    return this.#options.obstacle;
  }

  frequencyPpb(): number {
    return this.#correctionPpb;
  }

  setFrequency(ppb: number): number {
    this.#mustBeOurs();
    const nowNs = this.#options.nowNs();
    const countNs = nowNs + this.#options.oscillator.phaseNs(nowNs);
    this.#adjustedNs += (countNs - this.#countNs) * this.#correctionPpb * 1e-9;
    this.#countNs = countNs;
    this.#correctionPpb =
      Math.round(Math.min(this.maxPpb, Math.max(-this.maxPpb, ppb)) * STEPS_PER_PPB) / STEPS_PER_PPB;
    return this.#correctionPpb;
  }

  step(deltaNs: Ns): Ns {
    this.#mustBeOurs();
    this.shift(deltaNs);
    return Math.round(deltaNs);
  }

  /** Steps the clock as another program would. */
  shift(deltaNs: Ns): void {
    const whole = Math.round(deltaNs);
    this.#adjustedNs += whole;
    this.#stepped += BigInt(whole);
  }

  /** Steps the reference (a leap second) and leaves the reading as it is. */
  moveTruth(deltaNs: Ns): void {
    this.#start += BigInt(deltaNs);
    this.#adjustedNs -= deltaNs;
  }

  /** Ends a sleep that CLOCK_MONOTONIC did not count: sets the clock to this error. Returns the sleep by this clock. */
  wake(uncountedNs: Ns, errorNs: Ns): Instant {
    const deltaNs = this.errorNs() - errorNs;
    const slept = BigInt(Math.round(deltaNs + uncountedNs));
    this.#adjustedNs += deltaNs;
    this.#stepped += slept;
    return slept;
  }

  /** Ends a sleep during which the clock ran on. */
  runOn(uncountedNs: Ns): void {
    this.#stepped += BigInt(Math.round(uncountedNs));
  }

  declare(declaration: ClockDeclaration): void {
    this.declared = declaration;
  }

  #mustBeOurs(): void {
    if (this.#options.obstacle !== '') throw new HubError('TH_CLOCK_PERMISSION', this.#options.obstacle);
  }
}
