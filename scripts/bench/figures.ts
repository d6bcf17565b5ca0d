/** Figures and tables that several benches print. */

export const sorted = (values: readonly number[]): readonly number[] => [...values].sort((a, b) => a - b);

/** Returns the value below which a share (0 … 1) of the values lies, or undefined without values. */
export const quantile = (values: readonly number[], share: number): number | undefined =>
  sorted(values)[Math.min(values.length - 1, Math.floor(share * values.length))];

/** Returns the median, or NaN without values. */
export function median(values: readonly number[]): number {
  const ascending = sorted(values);
  const middle = ascending.length >> 1;
  const [below = Number.NaN, above = Number.NaN] = ascending.slice(middle - 1, middle + 1);
  return ascending.length % 2 === 1 ? ascending[middle]! : (below + above) / 2;
}

/** Aligns the first column left, the others right. */
export function alignedColumns(rows: readonly (readonly string[])[]): string {
  const width = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const aligned = (cell: string, i: number): string => (i === 0 ? cell.padEnd(width[i]!) : cell.padStart(width[i]!));
  return rows.map((row) => row.map(aligned).join('  ')).join('\n');
}
