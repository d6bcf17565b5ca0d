import type { Instant, Ns } from '../api/index.js';

/** What a reading says of the time since the one before. */
export interface Course {
  /** The clock was set meanwhile, by this much; 0n when it ran on. */
  readonly jump: Instant;
}

/** A jump that the time between two readings of a moment cannot explain. */
const JUMP_NS = 50_000;
/** Oscillators of cards and of machines differ by less, before and after their rate was measured. */
const UNMEASURED_PPB = 1_000_000;
const MEASURED_PPB = 5_000;
/** Over less than this a rate is not measured. */
const SHORTEST_NS = 200_000_000;

/** A clock that is read seldom and counted on in between: how it runs against CLOCK_MONOTONIC_RAW. */
export class PhcRhythm {
  #time: Instant;
  #raw: Instant;
  /** How much faster than CLOCK_MONOTONIC_RAW. */
  #ratePpb = 0;
  #measured: 'rate' | 'nothing' = 'nothing';
  /** Of the last real reading: `#time` and `#raw` move on with each change of frequency. */
  #read: { readonly time: Instant; readonly raw: Instant } | undefined;
  #readRaw: Instant;

  constructor(time: Instant, raw: Instant) {
    this.#time = time;
    this.#raw = raw;
    this.#read = { time, raw };
    this.#readRaw = raw;
  }

  /** CLOCK_MONOTONIC_RAW of the last reading. */
  get readAt(): Instant {
    return this.#readRaw;
  }

  /** What the clock shows at `raw`. */
  at(raw: Instant): Instant {
    return this.#time + scaled(raw - this.#raw, this.#ratePpb);
  }

  /** When it shows `time`. */
  when(time: Instant): Instant {
    return this.#raw + scaled(time - this.#time, -this.#ratePpb);
  }

  /** A reading. `strangePpb`: by how much somebody else may have changed the frequency since the last. */
  reading(time: Instant, raw: Instant, strangePpb: number): Course {
    const deviation = time - this.at(raw);
    const elapsedNs = Number(raw - this.#readRaw);
    const doubtPpb = (this.#measured === 'rate' ? MEASURED_PPB : UNMEASURED_PPB) + 1.1 * Math.abs(strangePpb);
    const isJump = Math.abs(Number(deviation)) > JUMP_NS + Math.max(0, elapsedNs) * doubtPpb * 1e-9;
    if (isJump) this.#read = undefined;
    else this.#measure(time, raw, strangePpb);
    this.#time = time;
    this.#raw = raw;
    this.#readRaw = raw;
    this.#read ??= { time, raw };
    return { jump: isJump ? deviation : 0n };
  }

  /** Our own change of its frequency. */
  steered(deltaPpb: number, raw: Instant): void {
    this.#time = this.at(raw);
    this.#raw = raw;
    this.#ratePpb += deltaPpb;
    this.#read = undefined;
  }

  /** Our own step. */
  stepped(delta: Instant): void {
    this.#time += delta;
    this.#read = undefined;
  }

  /** Only over an interval through which the clock was left alone. */
  #measure(time: Instant, raw: Instant, strangePpb: number): void {
    if (strangePpb !== 0) this.#ratePpb += strangePpb;
    const since = this.#read;
    if (since === undefined || strangePpb !== 0) {
      this.#read = undefined;
      return;
    }
    const elapsedNs: Ns = Number(raw - since.raw);
    if (elapsedNs < SHORTEST_NS) return;
    this.#ratePpb = (Number(time - since.time - (raw - since.raw)) / elapsedNs) * 1e9;
    this.#measured = 'rate';
    this.#read = undefined;
  }
}

const scaled = (span: Instant, ppb: number): Instant => span + BigInt(Math.round(Number(span) * ppb * 1e-9));
