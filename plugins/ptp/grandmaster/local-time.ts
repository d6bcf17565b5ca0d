import type { TlvOf } from 'timehub/protocol/ptp';

/** A period between two changes of a time zone's offset, UTC seconds since 1970. */
interface Period {
  readonly fromS: number;
  readonly untilS: number;
  readonly offsetS: number;
  readonly name: string;
  /** The next change. Undefined: none within `SIGHT_DAYS`. */
  readonly next: { readonly atS: number; readonly jumpS: number } | undefined;
}

const DAY_S = 86_400;
/** Days to search for the next change: a zone with summer time has one within a year. */
const SIGHT_DAYS = 366;
/** Maximum length of displayName (IEEE 1588-2019 §16.3.3.8), octets. */
const LONGEST_NAME = 10;

export const isTimeZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
};

/** The civil time of a zone as an offset from PTP time (ALTERNATE_TIME_OFFSET_INDICATOR, IEEE 1588-2019 §16.3). */
export class LocalTime {
  readonly #format: Intl.DateTimeFormat;
  #period: Period | undefined;

  /** `zone`: a name of the tz database. Throws RangeError for an unknown name. */
  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone: zone, hourCycle: 'h23', timeZoneName: 'short', year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
    });
  }

  /** `utcS`: seconds since 1970. `aheadS`: the sent PTP time − UTC, s. */
  tlvAt(utcS: number, aheadS: number): TlvOf<'alternate-time-offset'> {
    const { offsetS, name, next } = this.#periodAt(utcS);
    return {
      kind: 'alternate-time-offset',
      key: 0,
      offsetS: offsetS - aheadS,
      jumpS: next?.jumpS ?? 0,
      nextJumpS: next === undefined ? 0 : next.atS + aheadS,
      name: name.slice(0, LONGEST_NAME),
    };
  }

  #periodAt(utcS: number): Period {
    const known = this.#period;
    if (known !== undefined && utcS >= known.fromS && utcS < known.untilS) return known;
    const { offsetS, name } = this.#at(utcS);
    const next = this.#nextChange(utcS, offsetS);
    this.#period = { fromS: utcS, untilS: next?.atS ?? utcS + DAY_S, offsetS, name, next };
    return this.#period;
  }

  #nextChange(fromS: number, offsetS: number): Period['next'] {
    for (let day = 1; day <= SIGHT_DAYS; day++) {
      let after = Math.floor(fromS) + day * DAY_S;
      if (this.#at(after).offsetS === offsetS) continue;
      let before = after - DAY_S;
      while (after - before > 1) {
        const middle = Math.floor((before + after) / 2);
        if (this.#at(middle).offsetS === offsetS) before = middle;
        else after = middle;
      }
      return { atS: after, jumpS: this.#at(after).offsetS - offsetS };
    }
    return undefined;
  }

  #at(utcS: number): { readonly offsetS: number; readonly name: string } {
    const seconds = Math.floor(utcS);
    const parts = new Map(this.#format.formatToParts(seconds * 1000).map(({ type, value }) => [type, value]));
    const [year, month, day, hour, minute, second] = PARTS.map((part) => Number(parts.get(part)));
    const localMs = Date.UTC(year!, month! - 1, day!, hour, minute, second);
    return { offsetS: localMs / 1000 - seconds, name: parts.get('timeZoneName') ?? '' };
  }
}

const PARTS = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;
