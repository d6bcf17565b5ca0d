import type { Instant } from '../../api/index.js';
import { EPOCHS_TO_TRUST, FixQuality } from './fix-quality.js';
import { implausible, implausibleLeap } from './plausible.js';
import type { Fix, GpsdRecord, Oscillator, Satellite, TimeOffset } from './records.js';

/** `good`: its time may be used. Everything else says why not. */
export type ReceiverState = 'unplugged' | 'silent' | 'no-fix' | 'settling' | 'implausible' | 'good';

/** What the session knows of one receiver. */
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
  oscillator: Oscillator | undefined;
  /** Why its last time stamp was not believed. */
  refusal = '';

  readonly #reasons: Readonly<Record<ReceiverState, () => string>> = {
    unplugged: () => `receiver ${this.path} was unplugged`,
    silent: () => `receiver ${this.path} has stopped sending`,
    'no-fix': () => `no fix: ${this.#sky()}${this.#antenna()}`,
    implausible: () => this.refusal,
    settling: () => `fix ${this.quality.epochs} of the ${EPOCHS_TO_TRUST} in a row that are needed: ${this.#sky()}`,
    // Without the number of satellites: it changes all the time and a sentence that changes is an event.
    good: () => `the receiver has a fix${this.quality.mode < 3 ? ' without altitude' : ''}${this.#holdover()}`,
  };

  constructor(path: string, now: Instant) {
    this.path = path;
    this.lastHeard = now;
  }

  get state(): ReceiverState {
    if (!this.plugged) return 'unplugged';
    if (this.silent) return 'silent';
    if (this.quality.mode < 2 && this.quality.epochs === 0) return 'no-fix';
    if (this.refusal !== '') return 'implausible';
    return this.quality.trusted ? 'good' : 'settling';
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
    return this.state === 'good';
  }

  #fix(fix: Fix): void {
    this.quality.add(fix);
    this.leapSeconds = fix.leapSeconds ?? this.leapSeconds;
    this.antenna = fix.antenna;
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
