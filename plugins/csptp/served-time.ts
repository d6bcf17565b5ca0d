import type { ClockState, Instant, Stamp, TimeState } from 'timehub/api';

const SECOND = 1_000_000_000n;

/** The time that is served: one state of the hub, applied to stamps of its clocks. TAI, as far as the hub knows it. */
export class ServedTime {
  readonly #clocks: readonly ClockState[];
  readonly #taiMinusUtc: bigint;

  constructor({ clocks, leap }: TimeState) {
    this.#clocks = clocks;
    this.#taiMinusUtc = BigInt(leap.taiMinusUtc) * SECOND;
  }

  /** What the hub believes it was at a stamp. Undefined: the hub does not know that clock. */
  of({ clock, time }: Stamp): Instant | undefined {
    const found = this.#clocks.find(({ id }) => id === clock);
    if (found === undefined) return undefined;
    const slopeNs = (Number(time - found.reading) * found.slopePpb) / 1e9;
    // PTP hardware clocks run on TAI, the system clock on UTC.
    return time + rounded(found.offsetNs) + rounded(slopeNs) + (clock === 'system' ? this.#taiMinusUtc : 0n);
  }
}

export const secondsOf = (instant: Instant): number => Number(instant / SECOND);
export const nanosecondsOf = (instant: Instant): number => Number(instant % SECOND);

const rounded = (ns: number): bigint => (Number.isFinite(ns) ? BigInt(Math.round(ns)) : 0n);
