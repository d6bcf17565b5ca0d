/** One comparison of the guest's clock with the machine's: seconds since the guest's first reading, offset in ns. */
export interface Offset {
  readonly atS: number;
  /** Machine's clock − guest's clock, ns. Positive: the guest's clock is slow. */
  readonly offsetNs: number;
}

interface Reading {
  readonly cycles: bigint;
  readonly time: bigint;
}

/** Parses lines of truth.ts. Leaves out readings that an interruption made more than three times as wide as usual. */
export function parseReadings(text: string): Reading[] {
  const rows = text
    .split('\n')
    .map((line) => line.trim().split(' '))
    .filter((fields) => fields.length === 3)
    .map(([cycles, time, width]) => ({ cycles: BigInt(cycles!), time: BigInt(time!), width: Number(width) }));
  const usual = median(rows.map((row) => row.width));
  return rows.filter((row) => row.width <= 3 * usual);
}

/** Interpolates the machine's clock at each reading of the guest's clock. */
export function compare(outside: readonly Reading[], guest: readonly Reading[]): Offset[] {
  const start = guest[0]?.time ?? 0n;
  const result: Offset[] = [];
  let next = 1;
  for (const reading of guest) {
    while (next < outside.length && outside[next]!.cycles < reading.cycles) next++;
    const [before, after] = [outside[next - 1], outside[next]];
    if (before === undefined || after === undefined || before.cycles > reading.cycles) continue;
    const fraction = Number(reading.cycles - before.cycles) / Number(after.cycles - before.cycles);
    const step = Number(after.time - before.time) * fraction;
    result.push({
      atS: Number(reading.time - start) / 1e9,
      offsetNs: Number(before.time - reading.time) + step,
    });
  }
  return result;
}

export interface Summary {
  readonly rmsNs: number;
  readonly meanNs: number;
  readonly sdNs: number;
  readonly worstNs: number;
  readonly samples: number;
}

/** Summarises the offsets from `fromS` on. */
export function summarise(offsets: readonly Offset[], fromS: number): Summary {
  const values = offsets.filter(({ atS }) => atS >= fromS).map(({ offsetNs }) => offsetNs);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  return {
    rmsNs: Math.round(Math.sqrt(square)),
    meanNs: Math.round(mean),
    sdNs: Math.round(Math.sqrt(Math.max(0, square - mean * mean))),
    worstNs: Math.round(values.reduce((worst, value) => Math.max(worst, Math.abs(value)), 0)),
    samples: values.length,
  };
}

/** Returns the seconds after the first reading from which every offset is within the limit, or NaN if the last one is not. */
export function withinFrom(offsets: readonly Offset[], limitNs: number): number {
  const last = offsets.findLastIndex(({ offsetNs }) => Math.abs(offsetNs) > limitNs);
  return offsets[last + 1]?.atS ?? Number.NaN;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
