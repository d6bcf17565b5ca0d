import type { ClockId, ClockState, Instant, Ns, Stamp, TimeState } from 'timehub/api';

const SECOND = 1_000_000_000n;
/** PTP hardware clocks run on TAI, the system clock on UTC. */
const isUtc = (clock: ClockId): boolean => clock === 'system';

/** The hub's time on the PTP timescale, for stamps of one clock: one state, applied to them. */
export class HubTime {
  readonly #clock: ClockState;
  readonly #addNs: bigint;

  /** Undefined: the hub does not know the clock that stamps. */
  static of(state: TimeState, clock: ClockId): HubTime | undefined {
    const found = state.clocks.find(({ id }) => id === clock);
    return found === undefined ? undefined : new HubTime(found, state.leap.taiMinusUtc);
  }

  private constructor(clock: ClockState, taiMinusUtcS: number) {
    this.#clock = clock;
    const offsetNs = Number.isFinite(clock.offsetNs) ? BigInt(Math.round(clock.offsetNs)) : 0n;
    this.#addNs = offsetNs + (isUtc(clock.id) ? BigInt(taiMinusUtcS) * SECOND : 0n);
  }

  /** The rate of the reference − that of the clock, ppb. */
  get ratePpb(): number {
    return Number.isFinite(this.#clock.slopePpb) ? this.#clock.slopePpb : 0;
  }

  /** TAI, as the hub believes, when the clock read `time`. */
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
