import { type ClockId, type ClockScale, HubTime, type Instant, type Stamp, type TimeState } from '../api/index.js';

/** The time that a server gives to others: one time state of the hub, applied to stamps of any of its clocks. */
export class ServedTime {
  readonly #times: ReadonlyMap<ClockId, HubTime | undefined>;

  /** `scale`: the timescale that is served. */
  constructor(state: TimeState, scale: ClockScale) {
    this.#times = new Map(state.clocks.map(({ id }) => [id, HubTime.of(state, id, scale)]));
  }

  /** Returns the hub's time at a stamp; undefined if the hub does not know the clock that stamped, or not yet. */
  at({ clock, time }: Pick<Stamp, 'clock' | 'time'>): Instant | undefined {
    return this.#times.get(clock)?.at(time);
  }
}
