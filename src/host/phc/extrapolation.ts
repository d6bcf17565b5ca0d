import type { Instant, Ns } from '../../api/index.js';

/** A hardware clock and CLOCK_MONOTONIC_RAW at one moment, known to within half of `widthNs`. */
export interface PhcReading {
  readonly time: Instant;
  readonly raw: Instant;
  readonly widthNs: Ns;
}

/** A deviation beyond this, the widths of the readings and the possible drift is a jump, ns. */
const JUMP_NS = 50_000;
/** Uncertainty of the rate before it is measured. */
const UNMEASURED_PPB = 1_000_000;
/** Uncertainty of the rate that remains after a measurement. */
const MEASURED_PPB = 5_000;
/** Shortest time over which the rate is measured, ns. */
const SHORTEST_NS = 200_000_000;

/** Extrapolates a clock that is read seldom, by its rate against CLOCK_MONOTONIC_RAW. */
export class PhcExtrapolation {
  #time: Instant;
  #raw: Instant;
  /** Rate of the clock − rate of CLOCK_MONOTONIC_RAW. */
  #ratePpb = 0;
  #uncertaintyPpb = UNMEASURED_PPB;
  #last: PhcReading;
  /** The first reading after the last step, jump or change of frequency: the rate is measured from it. */
  #measuredFrom: PhcReading | undefined;

  constructor(reading: PhcReading) {
    this.#time = reading.time;
    this.#raw = reading.raw;
    this.#last = reading;
    this.#measuredFrom = reading;
  }

  /** CLOCK_MONOTONIC_RAW of the last reading. */
  get readAt(): Instant {
    return this.#last.raw;
  }

  /** Returns the clock's time at the CLOCK_MONOTONIC_RAW instant `raw`. */
  timeAt(raw: Instant): Instant {
    return this.#time + scaled(raw - this.#raw, this.#ratePpb);
  }

  /** Returns the CLOCK_MONOTONIC_RAW instant at which the clock shows `time`. */
  rawAt(time: Instant): Instant {
    return this.#raw + scaled(time - this.#time, -this.#ratePpb);
  }

  /**
   * Takes a reading. Returns the jump of the clock since the last reading, ns; 0n when it ran on. `foreignPpb`: the change of
   * its frequency that another program made since.
   */
  update(reading: PhcReading, foreignPpb: number): Instant {
    const { time, raw, widthNs } = reading;
    const deviation = time - this.timeAt(raw);
    const uncertaintyPpb = this.#uncertaintyPpb + 1.1 * Math.abs(foreignPpb);
    const driftNs = Math.max(0, Number(raw - this.#last.raw)) * uncertaintyPpb * 1e-9;
    const isJump = Math.abs(Number(deviation)) > JUMP_NS + widthNs + this.#last.widthNs + driftNs;
    this.#ratePpb += foreignPpb;
    // The deviation may also come from a wrong rate, so the rate is measured again.
    if (isJump) this.#uncertaintyPpb = UNMEASURED_PPB;
    if (isJump || foreignPpb !== 0) this.#measuredFrom = undefined;
    else this.#measure(reading);
    this.#measuredFrom ??= reading;
    this.#time = time;
    this.#raw = raw;
    this.#last = reading;
    return isJump ? deviation : 0n;
  }

  /** Accounts for our own change of the clock's frequency at `raw`. */
  steered(deltaPpb: number, raw: Instant): void {
    this.#time = this.timeAt(raw);
    this.#raw = raw;
    this.#ratePpb += deltaPpb;
    this.#measuredFrom = undefined;
  }

  /** Accounts for our own step of the clock, ns. */
  stepped(delta: Instant): void {
    this.#time += delta;
    this.#measuredFrom = undefined;
  }

  #measure(reading: PhcReading): void {
    const from = this.#measuredFrom;
    const elapsedNs: Ns = from === undefined ? 0 : Number(reading.raw - from.raw);
    if (from === undefined || elapsedNs < SHORTEST_NS) return;
    const gainedNs = Number(reading.time - from.time - (reading.raw - from.raw));
    this.#ratePpb = (gainedNs / elapsedNs) * 1e9;
    this.#uncertaintyPpb = MEASURED_PPB + ((reading.widthNs + from.widthNs) / elapsedNs) * 1e9;
    this.#measuredFrom = undefined;
  }
}

const scaled = (span: Instant, ppb: number): Instant => span + BigInt(Math.round(Number(span) * ppb * 1e-9));
