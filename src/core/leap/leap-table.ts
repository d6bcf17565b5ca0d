import type { Instant } from '../../api/index.js';

/** From `at` (UTC) on, TAI − UTC is this many seconds. */
export interface LeapStep {
  readonly at: Instant;
  readonly taiMinusUtc: number;
}

/** All leap seconds, oldest first, and the end of the list's validity. */
export interface LeapTable {
  /** Name of the list, for messages. */
  readonly origin: string;
  readonly expires: Instant;
  readonly steps: readonly LeapStep[];
  /** Why the machine's own table is not used. */
  readonly complaint?: string;
}

export interface LeapAhead {
  readonly kind: 'insert' | 'delete';
  /** The first second after the leap, UTC. */
  readonly at: Instant;
}

/** Returns TAI − UTC at a UTC instant, seconds; the newest value if the time is not known. */
export function taiMinusUtc(table: LeapTable, utc: Instant | undefined): number {
  const { steps } = table;
  if (utc === undefined) return steps.at(-1)!.taiMinusUtc;
  return (steps.findLast((step) => step.at <= utc) ?? steps[0]!).taiMinusUtc;
}

/** Returns the table's next leap second within `withinNs` after `utc`. */
export function leapAhead(table: LeapTable, utc: Instant, withinNs: bigint): LeapAhead | undefined {
  const index = table.steps.findIndex((step) => step.at > utc);
  if (index < 1) return undefined;
  return table.steps[index]!.at - utc > withinNs ? undefined : leapAt(table, index);
}

/** `index`: of its step, above 0. */
function leapAt({ steps }: LeapTable, index: number): LeapAhead {
  const { at, taiMinusUtc: after } = steps[index]!;
  return { kind: after > steps[index - 1]!.taiMinusUtc ? 'insert' : 'delete', at };
}

/** Returns the table's last leap second at or before `utc`, within `withinNs`. */
export function leapBehind(table: LeapTable, utc: Instant, withinNs: bigint): LeapAhead | undefined {
  const index = table.steps.findLastIndex((step) => step.at <= utc);
  if (index < 1 || utc - table.steps[index]!.at > withinNs) return undefined;
  return leapAt(table, index);
}

/** Returns the table with a leap second that sources announced and that it lacks. */
export function withLeap(table: LeapTable, { kind, at }: LeapAhead): LeapTable {
  const last = table.steps.at(-1)!;
  if (last.at >= at) return table;
  return {
    ...table,
    steps: [...table.steps, { at, taiMinusUtc: last.taiMinusUtc + (kind === 'insert' ? 1 : -1) }],
  };
}
