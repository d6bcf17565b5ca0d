import { type Instant, NS_PER_S } from '../../api/index.js';
import { UNSYNCHRONISED } from './stratum.js';

/** Strata that a source states one after the other, since the last one that was lower than the one before. */
export interface StratumClimb {
  readonly from: number;
  readonly last: number;
  readonly rises: number;
  /** CLOCK_MONOTONIC_RAW of the last rise, or of the first statement. */
  readonly at: Instant;
  /** It ended with "not synchronised", which is stratum 16. */
  readonly isOver: boolean;
}

/** Rises of other times are others. */
const MEMORY_NS = BigInt(3600 * NS_PER_S);
/** A server that loses its reference rises once, and its followers with it: a loop rises with every round. */
const RISES_IN_LOOP = 3;
const STRATA_IN_LOOP = 6;
/** Strata that rose before the source reached the last one: a large ring needs one or two rounds only. */
const STRATA_TO_THE_END = 4;

/** `stratum`: as stated now; 16 when the source is not synchronised. */
export function climbTo(stratum: number, now: Instant, before: StratumClimb | undefined): StratumClimb {
  const isOver = stratum >= UNSYNCHRONISED;
  const last = isOver ? (before?.last ?? stratum) : stratum;
  const isNew = before === undefined || last < before.last || now - before.at > MEMORY_NS;
  if (isNew) return { from: last, last, rises: 0, at: now, isOver };
  const rose = last > before.last || (isOver && !before.isOver);
  return { from: before.from, last, rises: before.rises + Number(rose), at: rose ? now : before.at, isOver };
}

/** Returns true when the strata rose as they do where time comes round in a loop and no server outside carries it. */
export function isLoop({ from, last, rises, isOver }: StratumClimb): boolean {
  const rose = last - from;
  const isAtEnd = isOver || last >= UNSYNCHRONISED - 1;
  return (rises >= RISES_IN_LOOP && rose >= STRATA_IN_LOOP) || (isAtEnd && rose >= STRATA_TO_THE_END);
}

export const loopReason = ({ from, last, isOver }: StratumClimb): string =>
  `counted up from stratum ${from} to ${last}${isOver ? ' and is not synchronised any more' : ''}: ` +
  'its time comes round in a loop, and no server outside carries it';
