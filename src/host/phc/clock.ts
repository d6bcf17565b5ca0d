import type { ClockComparison, ClockWishes, Instant, Ns, PulseInput, PulseOutput, Stamp } from '../../api/index.js';
import { HubError } from '../../api/index.js';
import type { HostPhc } from '../../kernel/host.js';
import type { Clocks } from '../clocks.js';
import { noteClockChange } from '../converted-stamps.js';
import { hardwareFrequencyTimex, queryTimex, readHardwareFrequency, stepTimex } from '../timex.js';
import { capabilitiesArgument, PTP, readCapabilities } from './codec.js';
import { PhcComparer } from './compare.js';
import type { PhcDevice } from './device.js';
import { readFailed, setFailed } from './error.js';
import { PhcExtrapolation, type PhcReading } from './extrapolation.js';
import { PhcPulses } from './pulses.js';

/** Interval at which the clock itself is read unless `ClockWishes` gives another, ns. */
const REST_NS = 1_000_000_000;
/** A clock that does not answer is extrapolated for this long, ns. After that it counts as gone. */
const PATIENCE_NS = 30_000_000_000;
const BRACKETS = 3;
/** A bracket below this multiple of the narrowest seen is good enough: the clock is not read again. */
const NARROW = 3;
/** Tries of a step. Many drivers read the clock, add and write, which loses the time in between: the rest is stepped again. */
const STEP_TRIES = 3;
/** A step that misses by less than this is complete, ns. */
const STEP_MISS_NS = 1_000;

/** Opens the clock of a device. Throws `TH_CLOCK_NO_ANSWER`, `TH_CLOCK_GONE`. */
export function openPhc(device: PhcDevice, clocks: Clocks, wishes: ClockWishes = {}): HostPhc {
  try {
    const phc = new Phc(device, clocks, wishes);
    return {
      id: `phc:${device.node}`,
      scale: 'tai',
      facts: phc.facts,
      maxPpb: phc.facts.maxPpb,
      read: () => phc.read(),
      phase: () => phc.phase(),
      obstacle: () => device.obstacle,
      frequencyPpb: () => phc.frequencyPpb(),
      setFrequency: (ppb) => phc.setFrequency(ppb),
      step: (deltaNs) => phc.step(deltaNs),
      // Linux keeps maxerror and status for CLOCK_REALTIME alone.
      declare: () => {},
      compare: (samples) => phc.compare(samples),
      pulseIn: (options, handler) => phc.pulseIn(options, handler),
      pulseOut: (options) => phc.pulseOut(options),
      rest: (restNs) => phc.rest(restNs),
      close: () => phc.close(),
    };
  } catch (error) {
    device.close();
    throw readFailed(device.path, error);
  }
}

class Phc {
  readonly facts: HostPhc['facts'];
  readonly #device: PhcDevice;
  readonly #clocks: Clocks;
  readonly #comparer: PhcComparer;
  readonly #pulses: PhcPulses;
  readonly #extrapolation: PhcExtrapolation;
  #restNs: Ns;
  /** Sum of all jumps, ns. */
  #phase: Instant = 0n;
  #frequencyPpb: number;
  /** Narrowest bracket so far; 0: the clock was not read yet. */
  #narrowestNs: Ns = 0;
  #lost: unknown;

  constructor(device: PhcDevice, clocks: Clocks, { restNs = REST_NS }: ClockWishes) {
    this.#device = device;
    this.#clocks = clocks;
    this.#restNs = restNs;
    const capabilities = readCapabilities(device.ioctl(PTP.capabilities, capabilitiesArgument()));
    this.#comparer = new PhcComparer(device, clocks, capabilities.crossStamps);
    this.#pulses = new PhcPulses(device, capabilities, (error) => {
      this.#lost = error;
    });
    const { maxPpb, pulseInputs, pulseOutputs } = capabilities;
    const { path, name } = device;
    this.facts = { device: path, name, maxPpb, pulseInputs, pulseOutputs, pins: this.#pulses.pins() };
    this.#frequencyPpb = this.frequencyPpb();
    this.#extrapolation = new PhcExtrapolation(this.#readClock());
  }

  rest(restNs: Ns): void {
    this.#restNs = Math.max(this.#restNs, restNs);
  }

  /** Returns the clock's time, extrapolated from its last reading. */
  read(): Stamp {
    this.#refresh();
    const raw = this.#clocks.raw();
    return { clock: `phc:${this.#device.node}`, time: this.#extrapolation.timeAt(raw), monotonic: raw, by: 'user' };
  }

  phase(): Instant {
    this.#refresh();
    return this.#phase;
  }

  frequencyPpb(): number {
    try {
      return readHardwareFrequency(this.#device.adjust(queryTimex()));
    } catch (error) {
      throw readFailed(this.#device.path, error);
    }
  }

  setFrequency(ppb: number): number {
    this.#finite(ppb, 'frequency');
    const { maxPpb } = this.facts;
    const wanted = Math.max(-maxPpb, Math.min(maxPpb, ppb));
    const set = readHardwareFrequency(this.#set(hardwareFrequencyTimex(wanted)));
    const raw = this.#clocks.raw();
    const change = set - this.#frequencyPpb;
    this.#extrapolation.steered(change, raw);
    if (change !== 0) this.#noteChange(raw);
    this.#frequencyPpb = set;
    return set;
  }

  /** Returns the time that was really added, ns: `deltaNs` where the difference is too small to be measured. */
  step(deltaNs: Ns): Ns {
    this.#finite(deltaNs, 'step');
    let missing = BigInt(Math.round(deltaNs));
    let added = 0n;
    for (let left = STEP_TRIES; left > 0; left--) {
      const before = this.#readClock();
      this.#set(stepTimex(missing));
      const after = this.#readClock();
      const seen = after.time - before.time - (after.raw - before.raw);
      const isMissed = Math.abs(Number(seen - missing)) > STEP_MISS_NS + before.widthNs + after.widthNs;
      added += isMissed ? seen : missing;
      missing -= isMissed ? seen : missing;
      if (missing === 0n) break;
    }
    this.#extrapolation.stepped(added);
    this.#noteChange(this.#clocks.raw());
    this.#phase += added;
    return Number(added);
  }

  compare(samples = 5): ClockComparison {
    const { clock, ...comparison } = this.#comparer.compare(samples);
    this.#update({ time: clock, raw: comparison.monotonic, widthNs: comparison.widthNs });
    return comparison;
  }

  pulseIn(options: PulseInput, handler: (edge: Stamp) => void): void {
    this.#pulses.input(options, (time) => {
      const monotonic = this.#extrapolation.rawAt(time);
      handler({ clock: `phc:${this.#device.node}`, time, monotonic, by: 'hardware' });
    });
  }

  pulseOut(options: PulseOutput): void {
    this.#pulses.output(options);
  }

  close(): void {
    this.#pulses.close();
    this.#device.close();
  }

  /** Reads the clock when its interval has passed. Throws when it has not answered for `PATIENCE_NS`. */
  #refresh(): void {
    if (this.#lost !== undefined) throw readFailed(this.#device.path, this.#lost);
    const sinceNs = Number(this.#clocks.raw() - this.#extrapolation.readAt);
    if (sinceNs < this.#restNs) return;
    try {
      this.#update(this.#readClock());
    } catch (error) {
      const isPassing = error instanceof HubError && error.code === 'TH_CLOCK_NO_ANSWER';
      if (!isPassing || sinceNs > this.#restNs + PATIENCE_NS) throw error;
    }
  }

  #update(reading: PhcReading): void {
    const frequencyPpb = this.frequencyPpb();
    const jump = this.#extrapolation.update(reading, frequencyPpb - this.#frequencyPpb);
    if (jump !== 0n || frequencyPpb !== this.#frequencyPpb) this.#noteChange(reading.raw);
    this.#phase += jump;
    this.#frequencyPpb = frequencyPpb;
  }

  #noteChange(raw: Instant): void {
    noteClockChange(`phc:${this.#device.node}`, this.#extrapolation.timeAt(raw));
  }

  /** Returns the tightest bracket of a few. Stops early at a good one, because some clocks are slow to read. */
  #readClock(): PhcReading {
    let best: PhcReading | undefined;
    for (let left = BRACKETS; left > 0; left--) {
      const before = this.#clocks.raw();
      const time = this.#time();
      const width = this.#clocks.raw() - before;
      const widthNs = Number(width);
      if (best === undefined || widthNs < best.widthNs) best = { time, raw: before + width / 2n, widthNs };
      if (widthNs < NARROW * this.#narrowestNs) break;
    }
    this.#narrowestNs = Math.min(best!.widthNs, this.#narrowestNs === 0 ? Number.POSITIVE_INFINITY : this.#narrowestNs);
    return best!;
  }

  #time(): Instant {
    try {
      return this.#device.time();
    } catch (error) {
      throw readFailed(this.#device.path, error);
    }
  }

  #set(timex: Uint8Array): Uint8Array {
    try {
      return this.#device.adjust(timex);
    } catch (error) {
      throw setFailed(this.#device.path, error);
    }
  }

  #finite(value: number, what: string): void {
    if (!Number.isFinite(value))
      throw new HubError('TH_CLOCK_SET', `the ${what} for ${this.#device.path} is not a number`);
  }
}
