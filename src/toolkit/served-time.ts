import { type ClockId, HubTime, type Instant, type Stamp, type TimeState } from 'timehub/api';

const SECOND = 1_000_000_000n;

/** The time that is served: one state of the hub, applied to stamps of its clocks. TAI, as far as the hub knows it. */
export class ServedTime {
  readonly #times: ReadonlyMap<ClockId, HubTime | undefined>;

  constructor(state: TimeState) {
    this.#times = new Map(state.clocks.map(({ id }) => [id, HubTime.of(state, id, 'tai')]));
  }

  /** Returns the time that the hub believes it was at a stamp. Undefined: the hub does not know that clock, or not yet. */
  of({ clock, time }: Stamp): Instant | undefined {
    return this.#times.get(clock)?.at(time);
  }
}

export const secondsOf = (instant: Instant): number => Number(instant / SECOND);
export const nanosecondsOf = (instant: Instant): number => Number(instant % SECOND);
