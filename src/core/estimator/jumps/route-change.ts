import type { Leg, Ns } from '../../../api/index.js';
import { RoundTrips } from './round-trips.js';

type Direction = Leg['direction'];

/** A leg is late, or early, if it is off by this many sigmas of the noise. */
const OFF_SIGMAS = 6;
/** Late legs in a row that show a longer route: no queue keeps every one of so many. */
const LATE_LEGS = 12;
/** Late legs in a row after which round trips are compared. */
const SUSPECT_LEGS = 6;
/** Late legs in a row, in each direction and all late by the same time, that show a longer route in both. */
const BOTH_LATE_LEGS = 3;
/** Legs of the other direction that must have kept their time meanwhile. */
const KEPT_LEGS = 4;
/** Least growth of the round trips, as a part of the time by which legs are late, where these show a longer route. */
const LEAST_GROWTH = 0.5;
/** Early legs in a row that show that a longer route has become shorter again. */
const EARLY_LEGS = 2;

/** Legs of one direction that follow each other and are off to the same side. */
interface Run {
  count: number;
  /** The least distance from the expected time. */
  leastNs: Ns;
  /** The shortest round trip that they are part of. */
  roundTripNs: Ns;
  /** The last legs of the run that are off by about the same time: their number, the least and the greatest of them. */
  alike: number;
  alikeFromNs: Ns;
  alikeToNs: Ns;
  /** Legs of the other direction that kept their time since the run began. */
  kept: number;
}

/**
 * Detects that the route of one direction of a path has become longer, while the other direction still shows the time. The
 * excess is taken off the legs of that direction from then on. So they tell again how the clock runs, and what was known of the
 * source's time before stays as well known as it was: a difference of the directions that was seen to arise is no offset.
 */
export class RouteChange {
  private readonly excess = { inbound: 0, outbound: 0 };
  private readonly late = { inbound: emptyRun(), outbound: emptyRun() };
  private readonly early = { inbound: emptyRun(), outbound: emptyRun() };
  readonly roundTrips = new RoundTrips();

  /** Returns the time by which the route of this direction differs from the base delay, ns. */
  excessNs(direction: Direction): Ns {
    return this.excess[direction];
  }

  /**
   * Adds a leg, `residualNs` after the earliest time at which it was expected. `roundTripNs`: with the last leg of the other
   * direction; NaN if that is not asked for. Returns `excess` if the route of one direction has changed, `longer` if both routes have
   * become longer.
   */
  note(direction: Direction, residualNs: Ns, sigmaNs: Ns, roundTripNs: Ns): 'longer' | 'excess' | undefined {
    const limitNs = OFF_SIGMAS * sigmaNs;
    const other = direction === 'inbound' ? 'outbound' : 'inbound';
    if (Math.abs(residualNs) <= limitNs) {
      this.late[other].kept++;
      this.early[other].kept++;
    }
    const late = extend(this.late[direction], residualNs, limitNs);
    const early = extend(this.early[direction], -residualNs, limitNs);
    if (late.count === 0 && this.late[other].count === 0) this.roundTrips.keep(roundTripNs);
    else if (roundTripNs < late.roundTripNs) late.roundTripNs = roundTripNs;
    if (areBothLonger(this.late.inbound, this.late.outbound, limitNs)) {
      this.clearRuns();
      return 'longer';
    }
    if (late.count >= LATE_LEGS && late.kept >= KEPT_LEGS && this.haveGrown(late)) {
      this.roundTrips.restart(late.roundTripNs);
      return this.change(direction, late.leastNs);
    }
    if (early.count >= EARLY_LEGS && early.kept > 0 && this.excess[direction] > 0)
      return this.change(direction, -Math.min(early.leastNs, this.excess[direction]));
    return undefined;
  }

  /** Returns true if the round trip of the next leg of this direction counts: legs of it are late. */
  isSuspect(direction: Direction): boolean {
    return this.late[direction].count >= SUSPECT_LEGS;
  }

  /** The route of one direction has become shorter by `byNs`, and the other one has not. */
  shorten(direction: Direction, byNs: Ns): void {
    this.change(direction, -byNs);
  }

  /** Takes away what both directions have before the base delay. Returns the time, ns and at most 0, by which that must move. */
  takeShared(): Ns {
    const sharedNs = Math.min(Math.max(this.excess.inbound, this.excess.outbound), 0);
    this.excess.inbound -= sharedNs;
    this.excess.outbound -= sharedNs;
    return sharedNs;
  }

  /** The path is measured anew. */
  reset(): void {
    this.excess.inbound = this.excess.outbound = 0;
    this.roundTrips.restart();
    this.clearRuns();
  }

  /** Returns false if the round trips of these legs show that no route is as much longer. */
  private haveGrown({ leastNs, roundTripNs }: Run): boolean {
    const { shortestNs } = this.roundTrips;
    return !Number.isFinite(shortestNs) || roundTripNs - shortestNs > LEAST_GROWTH * leastNs;
  }

  private change(direction: Direction, byNs: Ns): 'excess' {
    this.excess[direction] += byNs;
    this.clearRuns();
    return 'excess';
  }

  private clearRuns(): void {
    for (const runs of [this.late, this.early]) for (const run of [runs.inbound, runs.outbound]) clear(run);
  }
}

function emptyRun(): Run {
  return {
    count: 0,
    leastNs: Number.POSITIVE_INFINITY,
    roundTripNs: Number.POSITIVE_INFINITY,
    alike: 0,
    alikeFromNs: 0,
    alikeToNs: 0,
    kept: 0,
  };
}

function clear(run: Run): void {
  run.count = run.alike = run.kept = 0;
  run.leastNs = run.roundTripNs = Number.POSITIVE_INFINITY;
}

function extend(run: Run, offNs: Ns, limitNs: Ns): Run {
  if (offNs > limitNs) {
    run.count++;
    run.leastNs = Math.min(run.leastNs, offNs);
    extendAlike(run, offNs, limitNs);
  } else clear(run);
  return run;
}

function extendAlike(run: Run, offNs: Ns, limitNs: Ns): void {
  const fromNs = Math.min(run.alikeFromNs, offNs);
  const toNs = Math.max(run.alikeToNs, offNs);
  const isAlike = run.alike > 0 && toNs - fromNs <= limitNs;
  run.alike = isAlike ? run.alike + 1 : 1;
  run.alikeFromNs = isAlike ? fromNs : offNs;
  run.alikeToNs = isAlike ? toNs : offNs;
}

/** Returns true if all these legs are late by the same time: a queue is not as long for several legs in both directions. */
const areBothLonger = (a: Run, b: Run, limitNs: Ns): boolean =>
  Math.min(a.alike, b.alike) >= BOTH_LATE_LEGS &&
  Math.max(a.alikeToNs, b.alikeToNs) - Math.min(a.alikeFromNs, b.alikeFromNs) <= limitNs;
