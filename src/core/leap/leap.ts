import {
  BoundedMap,
  type Claims,
  type Instant,
  type Leap,
  NS_PER_S,
  type Ns,
  type TimeState,
} from '../../api/index.js';
import { type LeapAhead, type LeapTable, leapAhead, leapBehind, taiMinusUtc, withLeap } from './leap-table.js';

const DAY_NS = 86_400n * BigInt(NS_PER_S);
/** Time before the table's expiry at which the operator is warned. */
const WARNING_NS = 30n * DAY_NS;
/** Number of notices that are remembered: sources may claim a new TAI − UTC each second. */
const MOST_NOTICES = 64;

/** Returns the greatest lead of the kernel over the estimate at a leap second, if a jump of the clock looks like one. */
export const leadOf = (jumpNs: Ns): Instant => (Math.round(Math.abs(jumpNs) / 1e6) === 1000 ? LEAD_NS : 0n);
const LEAD_NS = BigInt(NS_PER_S / 2);

type LeapState = TimeState['leap'];

interface Notice {
  readonly text: string;
  readonly code?: string;
}

/**
 * Owns TAI − UTC and the leap seconds. The table decides while it is valid. The claims of the sources are compared with it,
 * and decide once it has expired, if most of them agree.
 */
export class LeapSchedule {
  #table: LeapTable;
  #next: LeapAhead | undefined;
  /** UTC repeats the second before an inserted leap: it is not announced again. */
  #passed: Instant = 0n;
  readonly #announced = new BoundedMap<string, true>({ capacity: MOST_NOTICES });
  #claims: readonly Claims[] = [];
  /** TAI − UTC that most sources claim, s. */
  #claimedTai: number | undefined;
  #claimedLeap: Leap | undefined;

  constructor(table: LeapTable) {
    this.#table = table;
  }

  /** `claims`: of the sources that carry the estimate. */
  noteClaims(claims: readonly Claims[]): void {
    if (claims.length === this.#claims.length && claims.every((claim, i) => claim === this.#claims[i])) return;
    this.#claims = claims;
    this.#claimedTai = majority(claims.map(({ taiMinusUtc }) => taiMinusUtc).filter((value) => value !== undefined));
    this.#claimedLeap = majority(
      claims.map(({ leap }) => leap).filter((leap) => leap !== undefined && leap !== 'unknown'),
    );
  }

  /** `utc`: undefined while the time is not known. */
  state(utc: Instant | undefined): LeapState {
    const claimed = this.#claimedTai;
    const tabled = taiMinusUtc(this.#table, utc);
    const expired = this.#expired(utc);
    const ahead = utc === undefined ? undefined : this.ahead(utc);
    const state: LeapState = {
      pending: ahead?.kind ?? 'none',
      taiMinusUtc: expired && claimed !== undefined ? claimed : tabled,
      taiKnown: !expired || claimed === tabled || !this.#claims.some(({ taiMinusUtc }) => taiMinusUtc !== undefined),
      expires: this.#table.expires,
    };
    const nearest = utc === undefined ? undefined : this.#nearest(utc);
    return nearest === undefined ? state : { ...state, nearest };
  }

  /** Returns the leap second within the next day. */
  ahead(utc: Instant): LeapAhead | undefined {
    const tabled = leapAhead(this.#table, utc, DAY_NS);
    if (tabled !== undefined || !this.#expired(utc)) return this.#unlessPassed(tabled);
    const kind = this.#claimedLeap;
    const tomorrow = utc / DAY_NS + 1n;
    if ((kind !== 'insert' && kind !== 'delete') || !beginsHalfYear(tomorrow)) return undefined;
    return this.#unlessPassed({ kind, at: tomorrow * DAY_NS });
  }

  /** Returns a leap second that UTC has passed since the last call, each once. */
  crossed(utc: Instant | undefined): LeapAhead | undefined {
    if (utc === undefined) return undefined;
    const next = this.#next;
    if (next === undefined || utc < next.at) {
      this.#next = this.ahead(utc) ?? next;
      return undefined;
    }
    this.#next = undefined;
    this.#passed = next.at;
    this.#table = withLeap(this.#table, next);
    return next;
  }

  /** Returns the notices of which the operator has not been told yet. */
  notices(utc: Instant | undefined): readonly Notice[] {
    if (utc === undefined) return [];
    const fresh = this.#notices(utc).filter(({ text }) => !this.#announced.has(text));
    for (const { text } of fresh) this.#announced.set(text, true);
    return fresh;
  }

  #notices(utc: Instant): Notice[] {
    const notices: Notice[] = [];
    const { origin, expires, complaint } = this.#table;
    if (complaint !== undefined) notices.push({ code: 'TH_CLOCK_LEAP_TABLE', text: complaint });
    if (utc >= expires) {
      notices.push({
        code: 'TH_CLOCK_LEAP_EXPIRED',
        text: `${origin} has expired, so it lacks the leap seconds announced since: update tzdata`,
      });
    } else if (expires - utc < WARNING_NS)
      notices.push({ text: `${origin} expires in less than ${WARNING_NS / DAY_NS} days: update tzdata` });
    const ahead = this.ahead(utc);
    if (ahead !== undefined)
      notices.push({
        text: `a leap second is ${ahead.kind === 'insert' ? 'inserted' : 'deleted'} at the end of this day`,
      });
    const tabled = taiMinusUtc(this.#table, utc);
    const claimed = this.#claimedTai;
    if (claimed !== undefined && claimed !== tabled)
      notices.push({
        code: 'TH_CLOCK_TAI_DISAGREES',
        text: `most sources say TAI − UTC is ${claimed} s, ${origin} says ${tabled} s: the ${this.#expired(utc) ? 'sources decide, since the table has expired' : 'table decides'}`,
      });
    return notices;
  }

  #nearest(utc: Instant): LeapState['nearest'] {
    const found = leapAhead(this.#table, utc, DAY_NS) ?? this.ahead(utc) ?? leapBehind(this.#table, utc, DAY_NS);
    if (found === undefined) return undefined;
    const { at, kind } = found;
    return { at, seconds: kind === 'insert' ? 1 : -1, passed: utc >= at || this.#passed >= at };
  }

  #unlessPassed(leap: LeapAhead | undefined): LeapAhead | undefined {
    return leap !== undefined && leap.at > this.#passed ? leap : undefined;
  }

  #expired(utc: Instant | undefined): boolean {
    return utc !== undefined && utc >= this.#table.expires;
  }
}

/**
 * Returns true for the first of January or July (days counted from 1970-01-01): leap seconds come just before. Servers may
 * announce them weeks earlier.
 */
function beginsHalfYear(day: bigint): boolean {
  // Days of the era of 400 Gregorian years that began on 1600-03-01, and of its year.
  const ofEra = Number((day + 135_080n) % 146_097n);
  const year = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  return ofYear === 306 || ofYear === 122;
}

/** Returns the value that more than half have. */
function majority<T>(values: readonly T[]): T | undefined {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  for (const [value, votes] of counts) if (votes * 2 > values.length) return value;
  return undefined;
}
