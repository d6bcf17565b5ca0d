import type { ClockState, TimeState } from './state.js';
import type { ClockId, ClockScale, Instant, Ns, Stamp } from './time.js';

const SECOND = 1_000_000_000n;

/** Converts readings of one clock to the hub's time on a given timescale, by one time state. */
export class HubTime {
  readonly #clock: ClockState;
  readonly #addNs: bigint;

  /**
   * Returns the converter to `scale`, or undefined if the hub does not know the clock or has not compared it yet. With
   * `free-run` a clock needs no comparison.
   */
  static of(state: TimeState, clock: ClockId, scale: ClockScale): HubTime | undefined {
    const found = state.clocks.find(({ id }) => id === clock);
    if (found === undefined) return undefined;
    if (found.id !== 'system' && !Number.isFinite(found.sigmaNs) && state.local !== true) return undefined;
    const ahead = Number(scale === 'tai') - Number(found.scale === 'tai');
    return new HubTime(found, BigInt(ahead * state.leap.taiMinusUtc) * SECOND);
  }

  private constructor(clock: ClockState, scalesNs: bigint) {
    this.#clock = clock;
    const offsetNs = Number.isFinite(clock.offsetNs) ? BigInt(Math.round(clock.offsetNs)) : 0n;
    this.#addNs = offsetNs + scalesNs;
  }

  /** Rate of the reference − rate of the clock, ppb. */
  get ratePpb(): number {
    return Number.isFinite(this.#clock.slopePpb) ? this.#clock.slopePpb : 0;
  }

  /** Returns the hub's time at the moment when the clock read `time`. */
  at(time: Instant): Instant {
    const slopeNs = (Number(time - this.#clock.reading) * this.ratePpb) / 1e9;
    return time + this.#addNs + BigInt(Math.round(slopeNs));
  }

  timeOf({ clock, time }: Stamp): Instant | undefined {
    return clock === this.#clock.id ? this.at(time) : undefined;
  }

  /** Returns this conversion − the earlier one, at the reading of this state. */
  since(before: HubTime): Ns {
    const { reading } = this.#clock;
    return Number(this.at(reading) - before.at(reading));
  }
}
