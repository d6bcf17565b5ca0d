import type { Instant } from '../../api/time.js';
import { EPOCHS_TO_TRUST, FixQuality, FLAT_EPOCHS_TO_TRUST } from './fix-quality.js';
import { implausible, implausibleLeap } from './plausible.js';
import type { Fix, GpsdRecord, ReceiverOscillator, Satellite, TimeOffset } from './records.js';

/** `good`: its time may be used. `pulses`: it gives pulses and has no fixes. Everything else says why not. */
export type ReceiverState = 'unplugged' | 'silent' | 'no-fix' | 'settling' | 'implausible' | 'good' | 'pulses';

/** /dev/pps0 and the like: gpsd calls the type PPS and opens no serial line for it. */
const PULSE_DEVICE = /^\/dev\/(?:.*\/)?pps/;
/** A device that gave so many pulses and has never reported anything else gives nothing else. */
const PULSES_TO_TELL = 4;
/** Without a pulse for longer than this, a device gives none. */
const FRESH_NS = 4e9;
/** gpsd's word for a stamp of the kernel: what older releases mean that state none. */
const DEFAULT_PRECISION_LOG2 = -20;

/** One device of gpsd as the session knows it: a receiver, or a source of pulses that some receiver numbers. */
export class Receiver {
  readonly path: string;
  readonly quality = new FixQuality();
  driver: string | undefined;
  plugged = true;
  silent = false;
  lastHeard: Instant;
  leapSeconds: number | undefined;
  antenna: number | undefined;
  seen: number | undefined;
  used: number | undefined;
  satellites: readonly Satellite[] = [];
  oscillator: ReceiverOscillator | undefined;
  /** It has sent more than pulses. */
  reports = false;
  /** It has stated its fix, or that there is none. */
  statesFix = false;
  pulses = 0;
  #lastPulse: Instant | undefined;
  #pulsePrecisionLog2 = DEFAULT_PRECISION_LOG2;
  /** Why its last time stamp was not believed. */
  refusal = '';

  readonly #reasons: Readonly<Record<ReceiverState, () => string>> = {
    unplugged: () => `receiver ${this.path} was unplugged`,
    silent: () => `receiver ${this.path} has stopped sending`,
    'no-fix': () => `no fix: ${this.#sky()}${this.#antenna()}`,
    implausible: () => this.refusal,
    settling: () => `${this.#progress()}: ${this.#sky()}`,
    // Without the number of satellites: it changes all the time and a sentence that changes is an event.
    good: () => `the receiver has a fix${this.quality.flat ? ' without altitude' : ''}${this.#holdover()}`,
    pulses: () => `${this.path} gives pulses only`,
  };

  constructor(path: string, now: Instant) {
    this.path = path;
    this.lastHeard = now;
  }

  /** Log2 of the seconds to which its pulses are stamped. */
  get pulsePrecisionLog2(): number {
    return this.#pulsePrecisionLog2;
  }

  /** True for a device that has no fixes of its own, whatever it is connected to. */
  get pulsesOnly(): boolean {
    if (this.reports) return false;
    return this.driver === 'PPS' || PULSE_DEVICE.test(this.path) || this.pulses >= PULSES_TO_TELL;
  }

  /** True while pulses come from this device. */
  givesPulses(now: Instant): boolean {
    return this.#lastPulse !== undefined && Number(now - this.#lastPulse) <= FRESH_NS;
  }

  get state(): ReceiverState {
    if (this.pulsesOnly) return 'pulses';
    if (!this.plugged) return 'unplugged';
    if (this.silent) return 'silent';
    if (this.quality.mode < 2 && this.quality.epochs === 0) return 'no-fix';
    if (this.refusal !== '') return 'implausible';
    return this.quality.trusted ? 'good' : 'settling';
  }

  /** True while the device has a fix, trusted or not yet, or gives pulses: gpsd's other devices do not displace it. */
  isOfUse(now: Instant): boolean {
    return this.quality.epochs > 0 || this.givesPulses(now);
  }

  /** One sentence for the operator. */
  get reason(): string {
    return this.#reasons[this.state]();
  }

  unplug(): void {
    this.plugged = false;
    this.quality.reset();
  }

  hear(record: GpsdRecord, now: Instant): void {
    this.plugged = true;
    this.silent = false;
    this.lastHeard = now;
    if (record.class === 'PPS') this.#pulse(record, now);
    else if (record.class !== 'OSC') this.reports = true;
    if (record.class === 'TPV') this.#fix(record);
    if (record.class === 'OSC') this.oscillator = record;
    if (record.class === 'SKY') {
      // Some SKY records carry only the dilutions of precision.
      this.seen = record.seen ?? (record.satellites.length > 0 ? record.satellites.length : this.seen);
      this.used = record.used ?? (record.satellites.length > 0 ? countUsed(record.satellites) : this.used);
      if (record.satellites.length > 0) this.satellites = record.satellites;
    }
  }

  /** Whether this comparison may be used. */
  accepts(sample: TimeOffset): boolean {
    this.refusal = implausibleLeap(this.leapSeconds) || implausible(sample.real, sample.clock);
    return this.state === 'good' && !this.quality.denied;
  }

  #pulse({ precisionLog2 }: TimeOffset, now: Instant): void {
    this.pulses++;
    this.#lastPulse = now;
    this.#pulsePrecisionLog2 = precisionLog2 ?? DEFAULT_PRECISION_LOG2;
  }

  #fix(fix: Fix): void {
    this.quality.add(fix);
    this.statesFix ||= fix.mode > 0;
    this.leapSeconds = fix.leapSeconds ?? this.leapSeconds;
    this.antenna = fix.antenna;
  }

  #progress(): string {
    const { epochs, fullEpochs } = this.quality;
    return epochs > fullEpochs
      ? `fix ${epochs} of the ${FLAT_EPOCHS_TO_TRUST} in a row that are needed without altitude`
      : `fix ${fullEpochs} of the ${EPOCHS_TO_TRUST} in a row that are needed`;
  }

  #sky(): string {
    return this.used === undefined
      ? 'satellites unknown'
      : `${this.used} satellite${this.used === 1 ? '' : 's'}${this.seen === undefined ? '' : ` of ${this.seen}`}`;
  }

  #antenna(): string {
    return this.antenna === 2 ? ', antenna shorted' : this.antenna === 3 ? ', antenna not connected' : '';
  }

  #holdover(): string {
    return this.oscillator !== undefined && !this.oscillator.reference ? ', its oscillator runs in holdover' : '';
  }
}

const countUsed = (satellites: readonly Satellite[]): number => satellites.filter((satellite) => satellite.used).length;
