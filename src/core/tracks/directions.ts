import type { Instant, Leg, Ns } from '../../api/index.js';
import { longestGapNs, silenceLimitNs } from './cadence.js';

export type LegDirection = Leg['direction'];

/** Recent legs of one direction. Times are CLOCK_MONOTONIC_RAW of the inputs that brought them. */
interface DirectionRecord {
  readonly first: Instant;
  last: Instant;
  /** Longest recent gap between two legs, ns; zero before the second leg. */
  intervalNs: Ns;
}

const DIRECTIONS: readonly LegDirection[] = ['inbound', 'outbound'];

/** Notices when one direction of a two-way path falls silent: then the delay of the path is not measured any more. */
export class PathDirections {
  #records: { [direction in LegDirection]?: DirectionRecord } = {};

  /** `statedNs`: the longest interval that the source states, or 0. */
  noteLeg(direction: LegDirection, now: Instant, statedNs: Ns): void {
    const record = this.#records[direction];
    if (record === undefined) {
      this.#records[direction] = { first: now, last: now, intervalNs: 0 };
      return;
    }
    // A longer interval is learnt in steps: the gap may also be an outage.
    const gapNs = Math.min(Number(now - record.last), silenceLimitNs(record.intervalNs, statedNs));
    record.intervalNs = longestGapNs(record.intervalNs, gapNs);
    record.last = now;
  }

  restart(): void {
    this.#records = {};
  }

  /** Returns true when a leg of this direction has arrived since the last restart. */
  hasHeard(direction: LegDirection): boolean {
    return this.#records[direction] !== undefined;
  }

  /** Returns the longest recent gap between two legs of this direction, ns. */
  intervalNs(direction: LegDirection): Ns | undefined {
    return this.#records[direction]?.intervalNs;
  }

  /** Returns when the first leg of either direction arrived; undefined before it. */
  firstLegAt(): Instant | undefined {
    const [a, b] = [this.#records.inbound?.first, this.#records.outbound?.first];
    if (a === undefined || b === undefined) return a ?? b;
    return a < b ? a : b;
  }

  /**
   * Returns the direction in which nothing arrives while the other one goes on. `complainedAt`: when the source itself
   * reported a fault, which makes a direction that is overdue missing at once.
   */
  missing(statedNs: Ns, complainedAt: Instant | undefined): LegDirection | undefined {
    for (const direction of DIRECTIONS) if (this.#isMissing(direction, statedNs, complainedAt)) return direction;
    return undefined;
  }

  /** Returns true when each direction has arrived since the complaint, or was not overdue then. */
  isTwoWay(complainedAt: Instant | undefined): boolean {
    return DIRECTIONS.every((direction) => {
      const record = this.#records[direction];
      return record !== undefined && !isOverdue(record, complainedAt);
    });
  }

  #isMissing(direction: LegDirection, statedNs: Ns, complainedAt: Instant | undefined): boolean {
    const record = this.#records[direction];
    if (record === undefined) return true;
    const behindNs = this.#lagNs(direction, record);
    if (behindNs > silenceLimitNs(record.intervalNs, statedNs)) return true;
    return behindNs > 0 && isOverdue(record, complainedAt);
  }

  /** Returns the time from the newest leg of this direction to a newer one of the other direction; zero if there is none. */
  #lagNs(direction: LegDirection, { last }: DirectionRecord): Ns {
    const other = this.#records[direction === 'inbound' ? 'outbound' : 'inbound'];
    return other === undefined || other.last <= last ? 0 : Number(other.last - last);
  }
}

const isOverdue = ({ last, intervalNs }: DirectionRecord, at: Instant | undefined): boolean =>
  at !== undefined && Number(at - last) > intervalNs;
