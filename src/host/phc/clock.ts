import type { ClockComparison, ClockWishes, Instant, Ns, PulseInput, PulseOutput, Stamp } from '../../api/index.js';
import { HubError } from '../../api/index.js';
import type { HostPhc } from '../../kernel/host.js';
import type { Clocks } from '../clocks.js';
import { hardwareFrequencyTimex, queryTimex, readHardwareFrequency, stepTimex } from '../timex.js';
import { capabilitiesArgument, PTP, readCapabilities } from './codec.js';
import { PhcComparer } from './compare.js';
import type { PhcDevice } from './device.js';
import { readFailed, setFailed } from './error.js';
import { PhcPulses } from './pulses.js';
import { PhcRhythm, type Sighting } from './rhythm.js';

/** How often the clock itself is read when nobody wishes otherwise. */
const REST_NS = 1_000_000_000;
/** So long a clock that does not answer is counted on; then it is called gone. */
const PATIENCE_NS = 30_000_000_000;
const BRACKETS = 3;
/** A bracket as narrow as this clock's can be: not worth another reading. */
const NARROW = 3;
/** Many drivers read, add and write: what a step misses is added once more. */
const STEP_TRIES = 3;
const STEP_MISS_NS = 1_000;

/** Opens a clock behind its device. Throws `TH_CLOCK_NO_ANSWER`, `TH_CLOCK_GONE`. */
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
      // Nothing but CLOCK_REALTIME tells the machine how good it is.
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
  readonly #rhythm: PhcRhythm;
  #restNs: Ns;
  /** What all jumps have added up to. */
  #phase: Instant = 0n;
  #frequencyPpb: number;
  /** 0: it was not read yet. */
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
    this.#rhythm = new PhcRhythm(this.#see());
  }

  rest(restNs: Ns): void {
    this.#restNs = Math.max(this.#restNs, restNs);
  }

  /** The clock as it was last read, counted on: what it is off by then is what it drifts in a moment. */
  read(): Stamp {
    this.#refresh();
    const raw = this.#clocks.raw();
    return { clock: `phc:${this.#device.node}`, time: this.#rhythm.at(raw), monotonic: raw, by: 'user' };
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
    this.#rhythm.steered(set - this.#frequencyPpb, this.#clocks.raw());
    this.#frequencyPpb = set;
    return set;
  }

  /** Answers what was really added, where that can be told from what was asked for. */
  step(deltaNs: Ns): Ns {
    this.#finite(deltaNs, 'step');
    let missing = BigInt(Math.round(deltaNs));
    let added = 0n;
    for (let left = STEP_TRIES; left > 0; left--) {
      const before = this.#see();
      this.#set(stepTimex(missing));
      const after = this.#see();
      const seen = after.time - before.time - (after.raw - before.raw);
      const isMissed = Math.abs(Number(seen - missing)) > STEP_MISS_NS + before.widthNs + after.widthNs;
      added += isMissed ? seen : missing;
      missing -= isMissed ? seen : missing;
      if (missing === 0n) break;
    }
    this.#rhythm.stepped(added);
    this.#phase += added;
    return Number(added);
  }

  compare(samples = 5): ClockComparison {
    const { clock, ...comparison } = this.#comparer.compare(samples);
    this.#note({ time: clock, raw: comparison.monotonic, widthNs: comparison.widthNs });
    return comparison;
  }

  pulseIn(options: PulseInput, handler: (edge: Stamp) => void): void {
    this.#pulses.input(options, (time) => {
      const monotonic = this.#rhythm.when(time);
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

  /** Reads the clock when it is time to. One that does not answer is counted on for a while. */
  #refresh(): void {
    if (this.#lost !== undefined) throw readFailed(this.#device.path, this.#lost);
    const sinceNs = Number(this.#clocks.raw() - this.#rhythm.readAt);
    if (sinceNs < this.#restNs) return;
    try {
      this.#note(this.#see());
    } catch (error) {
      const isPassing = error instanceof HubError && error.code === 'TH_CLOCK_NO_ANSWER';
      if (!isPassing || sinceNs > this.#restNs + PATIENCE_NS) throw error;
    }
  }

  #note(sighting: Sighting): void {
    const frequencyPpb = this.frequencyPpb();
    this.#phase += this.#rhythm.reading(sighting, frequencyPpb - this.#frequencyPpb);
    this.#frequencyPpb = frequencyPpb;
  }

  /** The tightest bracket of a few, of one where that is as tight as it can be: some clocks are slow to read. */
  #see(): Sighting {
    let best: Sighting | undefined;
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
