import type { Instant } from '../../api/index.js';

/** From `at` (UTC) on, TAI − UTC is this many seconds. */
export interface LeapStep {
  readonly at: Instant;
  readonly taiMinusUtc: number;
}

/** All leap seconds, oldest first, and until when the list is known to be complete. */
export interface LeapTable {
  /** Where it comes from, for people. */
  readonly origin: string;
  readonly expires: Instant;
  readonly steps: readonly LeapStep[];
  /** Why a better table could not be used. */
  readonly complaint?: string;
}

export interface LeapAhead {
  readonly kind: 'insert' | 'delete';
  /** The first second after the leap, UTC. */
  readonly at: Instant;
}

/** TAI − UTC at a UTC instant, seconds. Without one (nobody knows yet what time it is): the newest. */
export function taiMinusUtc(table: LeapTable, utc: Instant | undefined): number {
  const { steps } = table;
  if (utc === undefined) return steps.at(-1)!.taiMinusUtc;
  return (steps.findLast((step) => step.at <= utc) ?? steps[0]!).taiMinusUtc;
}

/** The next leap of the table within `withinNs` after `utc`. */
export function leapAhead(table: LeapTable, utc: Instant, withinNs: bigint): LeapAhead | undefined {
  const index = table.steps.findIndex((step) => step.at > utc);
  if (index < 1) return undefined;
  const step = table.steps[index]!;
  if (step.at - utc > withinNs) return undefined;
  return { kind: step.taiMinusUtc > table.steps[index - 1]!.taiMinusUtc ? 'insert' : 'delete', at: step.at };
}

/** The table with a leap that sources announced and it did not know of. */
export function withLeap(table: LeapTable, { kind, at }: LeapAhead): LeapTable {
  const last = table.steps.at(-1)!;
  if (last.at >= at) return table;
  return {
    ...table,
    steps: [...table.steps, { at, taiMinusUtc: last.taiMinusUtc + (kind === 'insert' ? 1 : -1) }],
  };
}
