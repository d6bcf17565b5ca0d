import type { HubTime } from '../api/hub-time.js';
import type { Instant } from '../api/time.js';
import { NO_SMEAR, type Smear } from './leap-smear.js';

const S = 1_000_000_000n;

/** Places of a reading, of the hub's time at it, and of the rate of the hub's time − the clock's. */
const READING_S = 0;
const READING_NS = 1;
const TIME_S = 2;
const TIME_NS = 3;
const RATE_PPB = 4;

/** Numbers of a `LinearTime`. */
export const LINEAR_TIME_NUMBERS = 5;

/**
 * The hub's time as a linear function of a clock's readings, in plain numbers: threads share it, and it allocates no memory.
 * Readings and times are two numbers, seconds since 1970 and nanoseconds. Equal to `HubTime` to the nanosecond.
 */
export class LinearTime {
  readonly #numbers: Float64Array;
  /** Result of `at`. */
  seconds = 0;
  ns = 0;

  /** `numbers`: `LINEAR_TIME_NUMBERS` of them, which may be changed by `set`, here or by another thread's copy. */
  constructor(numbers: Float64Array) {
    this.#numbers = numbers;
  }

  /** `added`: what the served time has beside the hub's. */
  set(time: HubTime, reading: Instant, added: Smear = NO_SMEAR): void {
    const at = time.at(reading) + BigInt(Math.round(added.offsetNs));
    const ratePpb = time.ratePpb + added.ratePpb;
    this.#numbers.set([Number(reading / S), Number(reading % S), Number(at / S), Number(at % S), ratePpb]);
  }

  /** Computes `seconds` and `ns`, the hub's time when the clock read `seconds` and `ns`. */
  at(seconds: number, ns: number): void {
    const numbers = this.#numbers;
    const elapsedS = seconds - numbers[READING_S]!;
    const elapsedNs = ns - numbers[READING_NS]!;
    const slopeNs = Math.round(((elapsedS * 1e9 + elapsedNs) * numbers[RATE_PPB]!) / 1e9);
    const sum = numbers[TIME_NS]! + elapsedNs + slopeNs;
    const carried = Math.floor(sum / 1e9);
    this.seconds = numbers[TIME_S]! + elapsedS + carried;
    this.ns = sum - carried * 1e9;
  }
}
