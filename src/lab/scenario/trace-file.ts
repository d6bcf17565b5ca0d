import { readFileSync } from 'node:fs';

export interface TraceFormat {
  /** Name of one number, for messages: `delay in seconds`. */
  readonly what: string;
  readonly min: number;
  readonly max: number;
  /** One unit of the file in units of the result. */
  readonly scale: number;
}

export type TraceResult =
  | { readonly values: Float64Array; readonly fault?: undefined }
  | { readonly values?: undefined; readonly fault: string; readonly remedy: string };

/** Delays in seconds, as ns. */
export const DELAYS: TraceFormat = { what: 'delay in seconds from 0 to 1000', min: 0, max: 1000, scale: 1e9 };
/** Frequency errors in s/s. */
export const FREQUENCIES: TraceFormat = { what: 'frequency error in s/s (1 ppm: 1e-6)', min: -0.1, max: 0.1, scale: 1 };

/** Reads one column (1: the first) of a file of numbers. */
export function readTrace(path: string, column: number, format: TraceFormat): TraceResult {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const fault = `${path} cannot be read: ${(cause as Error).message}`;
    return { fault, remedy: 'name a readable file, relative to the folder of the scenario' };
  }
  return parseTrace(text, path, column, format);
}

/**
 * Parses lines of numbers. Columns are separated by a comma, a semicolon or blanks. Empty lines, lines that begin with # and lines of
 * words before the first number are skipped.
 */
export function parseTrace(text: string, path: string, column: number, format: TraceFormat): TraceResult {
  const values: number[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const cells = trimmed.split(/\s*[,;]\s*|\s+/);
    const cell = cells[column - 1];
    const value = cell === undefined || cell === '' ? Number.NaN : Number(cell);
    if (value >= format.min && value <= format.max) {
      values.push(value * format.scale);
      continue;
    }
    const isHeader = values.length === 0 && cells.every((each) => Number.isNaN(Number(each)));
    if (isHeader) continue;
    const fault =
      cell === undefined ? `there is no column ${column}` : `"${cell}" in column ${column} is no ${format.what}`;
    return { fault: `${path}:${index + 1}: ${fault}`, remedy: remedy(cells.length, format) };
  }
  if (values.length > 0) return { values: Float64Array.from(values) };
  return { fault: `${path} has no numbers`, remedy: remedy(1, format) };
}

const remedy = (columns: number, { what }: TraceFormat): string =>
  `write one ${what} a line${columns > 1 ? `, or choose another of the ${columns} columns with column = N` : ''}`;
