import { type Instant, type Leg, NS_PER_S, type Ns } from '../../api/index.js';

/** Recent legs of one direction of a two-way path. Times are CLOCK_MONOTONIC_RAW of the inputs that brought them. */
export interface Direction {
  readonly first: Instant;
  readonly last: Instant;
  /** Longest recent gap between two legs, ns; zero before the second leg. */
  readonly intervalNs: Ns;
}

export type LegDirection = Leg['direction'];

/** The directions in which legs have arrived since the track was last learnt from the start. */
export type Directions = { readonly [way in LegDirection]?: Direction };

/** A source, or one direction of a path, is silent after this many of its own intervals, once these are known. */
export const SILENT_INTERVALS = 8;
export const SILENT_AT_LEAST_NS = 10 * NS_PER_S;
/** Factor by which the longest gap shrinks with each shorter one. */
const FORGET = 0.95;

const WAYS: readonly LegDirection[] = ['inbound', 'outbound'];

/** Returns the longest recent gap after another gap of `gapNs`. */
export const longestGap = (beforeNs: Ns, gapNs: Ns): Ns => Math.max(gapNs, beforeNs * FORGET);

/** Returns the directions after a leg that arrived at `now`. `statedNs`: the longest interval that the source states, or 0. */
export function withLeg(directions: Directions, way: LegDirection, now: Instant, statedNs: Ns): Directions {
  const before = directions[way];
  if (before === undefined) return { ...directions, [way]: { first: now, last: now, intervalNs: 0 } };
  // An outage is not an interval, but a server may ask for longer ones: they are learnt in steps.
  const gapNs = Math.min(Number(now - before.last), silentAfter(before, statedNs));
  return { ...directions, [way]: { ...before, last: now, intervalNs: longestGap(before.intervalNs, gapNs) } };
}

/**
 * Returns the direction in which nothing arrives any more while the other one goes on: the delay of the path is not known, or
 * was known too long ago. `complainedAt`: the source itself said then that something was wrong.
 */
export function missingWay(
  directions: Directions,
  statedNs: Ns,
  complainedAt: Instant | undefined,
): LegDirection | undefined {
  return WAYS.find((way) => {
    const direction = directions[way];
    if (direction === undefined) return true;
    const behindNs = lagNs(directions, way);
    return behindNs > silentAfter(direction, statedNs) || (behindNs > 0 && isMissed(direction, complainedAt));
  });
}

/** Returns true when each direction has arrived since the complaint, or was not overdue then. */
export const isTwoWay = (directions: Directions, complainedAt: Instant | undefined): boolean =>
  WAYS.every((way) => {
    const direction = directions[way];
    return direction !== undefined && !isMissed(direction, complainedAt);
  });

/** Returns the age of the newest leg of the other direction less that of this one; zero where this one is newer. */
function lagNs(directions: Directions, way: LegDirection): Ns {
  const other = directions[way === 'inbound' ? 'outbound' : 'inbound'];
  const own = directions[way];
  return own === undefined || other === undefined ? 0 : Math.max(Number(other.last - own.last), 0);
}

const isMissed = ({ last, intervalNs }: Direction, complainedAt: Instant | undefined): boolean =>
  complainedAt !== undefined && Number(complainedAt - last) > intervalNs;

/** Returns how long a direction may be silent, ns. */
export const silentAfter = ({ intervalNs }: Pick<Direction, 'intervalNs'>, statedNs: Ns): Ns =>
  Math.max(SILENT_AT_LEAST_NS, SILENT_INTERVALS * Math.max(intervalNs, statedNs));
