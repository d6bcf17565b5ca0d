import { BUILT_AT, type Instant, type Ns } from '../../../api/time.js';
import { DAY_NS, ERA_NS, instantOf, rolloversBefore, type StatedTime } from '../index.js';
import type { ReceiverTime } from './report.js';

/** Time after which the last known date no longer dates a time of day, ns. Far below the half day at which days are confused. */
const MOST_GAP_NS: Ns = 3600e9;

/** Finds the date of times that have none, and repairs dates that are eras of 1024 weeks too old. */
export class DayFinder {
  readonly #notBefore: Instant;
  /** The last instant with a date, as the receiver stated it. */
  #last: { readonly stated: Instant; readonly at: Instant } | undefined;

  /** `notBefore`: the present is not before this. */
  constructor(notBefore: Instant = BUILT_AT) {
    this.#notBefore = notBefore;
  }

  reset(): void {
    this.#last = undefined;
  }

  /** Dates a time that was heard at `now`. */
  date({ timeOfDayNs, day, resolutionNs, valid }: StatedTime, now: Instant): ReceiverTime {
    const found = day ?? this.#nearest(timeOfDayNs, now);
    const stated = found === undefined ? undefined : instantOf(found, timeOfDayNs);
    if (stated !== undefined) this.#last = { stated, at: now };
    const rollovers = stated === undefined ? 0 : rolloversBefore(stated, this.#notBefore);
    return {
      utc: stated === undefined ? undefined : stated + BigInt(rollovers) * ERA_NS,
      timeOfDayNs,
      isLeapSecond: timeOfDayNs >= DAY_NS,
      isDayInferred: day === undefined && found !== undefined,
      rollovers,
      resolutionNs,
      valid,
    };
  }

  /** Returns the day on which this time of day is nearest to the last known instant. */
  #nearest(timeOfDayNs: Ns, now: Instant): number | undefined {
    if (this.#last === undefined || Number(now - this.#last.at) > MOST_GAP_NS) return undefined;
    const day = BigInt(DAY_NS);
    const expected = this.#last.stated + (now - this.#last.at);
    return Number((expected - BigInt(Math.round(timeOfDayNs)) + day / 2n) / day);
  }
}
