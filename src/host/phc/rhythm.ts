import type { Instant, Ns } from '../../api/index.js';

/** A clock and CLOCK_MONOTONIC_RAW at one moment, to within half of `widthNs`. */
export interface Sighting {
  readonly time: Instant;
  readonly raw: Instant;
  readonly widthNs: Ns;
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
  /** How much faster than CLOCK_MONOTONIC_RAW, and how wrong that may be. */
  #ratePpb = 0;
  #doubtPpb = UNMEASURED_PPB;
  #last: Sighting;
  /** Since then the clock was left alone. */
  #since: Sighting | undefined;

  constructor(sighting: Sighting) {
    this.#time = sighting.time;
    this.#raw = sighting.raw;
    this.#last = sighting;
    this.#since = sighting;
  }

  /** CLOCK_MONOTONIC_RAW of the last reading. */
  get readAt(): Instant {
    return this.#last.raw;
  }

  /** What the clock shows at `raw`. */
  at(raw: Instant): Instant {
    return this.#time + scaled(raw - this.#raw, this.#ratePpb);
  }

  /** When it shows `time`. */
  when(time: Instant): Instant {
    return this.#raw + scaled(time - this.#time, -this.#ratePpb);
  }

  /**
   * A reading; answers by how much the clock was set since the last, 0n when it ran on. `strangePpb`: by how much somebody
   * else has changed its frequency since.
   */
  reading(sighting: Sighting, strangePpb: number): Instant {
    const { time, raw, widthNs } = sighting;
    const deviation = time - this.at(raw);
    const doubtPpb = this.#doubtPpb + 1.1 * Math.abs(strangePpb);
    const driftNs = Math.max(0, Number(raw - this.#last.raw)) * doubtPpb * 1e-9;
    const isJump = Math.abs(Number(deviation)) > JUMP_NS + widthNs + this.#last.widthNs + driftNs;
    this.#ratePpb += strangePpb;
    // What looks like a jump may also be a rate that was never right: it is measured anew.
    if (isJump) this.#doubtPpb = UNMEASURED_PPB;
    if (isJump || strangePpb !== 0) this.#since = undefined;
    else this.#measure(sighting);
    this.#since ??= sighting;
    this.#time = time;
    this.#raw = raw;
    this.#last = sighting;
    return isJump ? deviation : 0n;
  }

  /** Our own change of its frequency. */
  steered(deltaPpb: number, raw: Instant): void {
    this.#time = this.at(raw);
    this.#raw = raw;
    this.#ratePpb += deltaPpb;
    this.#since = undefined;
  }

  /** Our own step. */
  stepped(delta: Instant): void {
    this.#time += delta;
    this.#since = undefined;
  }

  #measure(sighting: Sighting): void {
    const since = this.#since;
    const elapsedNs: Ns = since === undefined ? 0 : Number(sighting.raw - since.raw);
    if (since === undefined || elapsedNs < SHORTEST_NS) return;
    const gainedNs = Number(sighting.time - since.time - (sighting.raw - since.raw));
    this.#ratePpb = (gainedNs / elapsedNs) * 1e9;
    this.#doubtPpb = MEASURED_PPB + ((sighting.widthNs + since.widthNs) / elapsedNs) * 1e9;
    this.#since = undefined;
  }
}

const scaled = (span: Instant, ppb: number): Instant => span + BigInt(Math.round(Number(span) * ppb * 1e-9));
