import { type Instant, NS_PER_S } from '../../api/index.js';
import { LAST_STRATUM, UNSYNCHRONISED } from './stratum.js';

/** The rise of the stratum that a source states, from the last one that was lower than the one before it. */
export interface StratumClimb {
  readonly from: number;
  readonly last: number;
  /** Rises so far. */
  readonly rises: number;
  /** CLOCK_MONOTONIC_RAW of the last rise, or of the first statement. */
  readonly at: Instant;
  /** The climb ended with "not synchronised", which is stratum 16. */
  readonly isOver: boolean;
}

/** Two rises that are further apart belong to different climbs. */
const MEMORY_NS = BigInt(3600 * NS_PER_S);
/** A server that loses its reference rises once, and its followers with it. In a loop the stratum rises with every round. */
const RISES_IN_LOOP = 3;
const STRATA_IN_LOOP = 6;
/** Rise that shows a loop if it ends at the last stratum: a large ring gets there in one or two rounds. */
const STRATA_TO_THE_END = 4;

/** Returns the climb after another statement. `stratum`: 16 when the source is not synchronised. */
export function climbTo(stratum: number, now: Instant, before: StratumClimb | undefined): StratumClimb {
  const isOver = stratum >= UNSYNCHRONISED;
  const last = isOver ? (before?.last ?? stratum) : stratum;
  const isNew = before === undefined || last < before.last || now - before.at > MEMORY_NS;
  if (isNew) return { from: last, last, rises: 0, at: now, isOver };
  const rose = last > before.last || (isOver && !before.isOver);
  return { from: before.from, last, rises: before.rises + Number(rose), at: rose ? now : before.at, isOver };
}

/** Returns true when the stratum rose as in a loop of servers that follow each other, with no reference outside it. */
export function isLoop({ from, last, rises, isOver }: StratumClimb): boolean {
  const rose = last - from;
  const isAtEnd = isOver || last >= LAST_STRATUM;
  return (rises >= RISES_IN_LOOP && rose >= STRATA_IN_LOOP) || (isAtEnd && rose >= STRATA_TO_THE_END);
}

export const loopReason = ({ from, last, isOver }: StratumClimb): string =>
  `its stratum rose from ${from} to ${last}${isOver ? ', then it lost its synchronisation' : ''}: ` +
  'it is in a loop of servers that follow each other, with no reference outside';
