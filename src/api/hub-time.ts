import type { ClockState, TimeState } from './state.js';
import type { ClockId, ClockScale, Instant, Ns, Stamp } from './time.js';

const SECOND = 1_000_000_000n;

/** The hub's time on the timescale that is given, for stamps of one clock: one state, applied to them. */
export class HubTime {
  readonly #clock: ClockState;
  readonly #addNs: bigint;

  /**
   * `scale`: what is given to others, the PTP timescale or, to those that take it for that, UTC. Undefined: the hub does not
   * know the clock that stamps, or nothing has compared it yet. A clock that is given as it is needs no comparison.
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

  /** The rate of the reference − that of the clock, ppb. */
  get ratePpb(): number {
    return Number.isFinite(this.#clock.slopePpb) ? this.#clock.slopePpb : 0;
  }

  /** What the hub believes it was when the clock read `time`. */
  at(time: Instant): Instant {
    const slopeNs = (Number(time - this.#clock.reading) * this.ratePpb) / 1e9;
    return time + this.#addNs + BigInt(Math.round(slopeNs));
  }

  timeOf({ clock, time }: Stamp): Instant | undefined {
    return clock === this.#clock.id ? this.at(time) : undefined;
  }

  /** By how much this state has it later than the one before, at the reading of this one. */
  since(before: HubTime): Ns {
    const { reading } = this.#clock;
    return Number(this.at(reading) - before.at(reading));
  }
}
