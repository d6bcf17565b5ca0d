import { type ErrorCode, printable } from '../../../api/index.js';

/** A place in a file, for the caret. Line and column count from 1, in UTF-16 units. */
export interface Span {
  readonly line: number;
  readonly column: number;
  /** At least 1. */
  readonly width: number;
  /** The whole line. */
  readonly text: string;
}

/** An error refuses the configuration; with warnings the hub runs. */
export type Severity = 'error' | 'warning';

/** One fault of a configuration, with its place. */
export interface Problem {
  readonly code: ErrorCode;
  readonly severity: Severity;
  readonly file: string;
  /** Undefined for the file as a whole. */
  readonly span: Span | undefined;
  readonly message: string;
  /** Remedy, if one can be suggested. */
  readonly hint: string | undefined;
}

const WIDEST_LINE = 110;

/**
 * Returns all problems as text for a terminal: `file:line:column  message  TH_CFG_…`, the line, and a caret. A warning begins
 * with `warning: `.
 */
export function formatProblems(problems: readonly Problem[]): string {
  return problems.map(formatProblem).join('\n');
}

/** Sorts by file (in the order of `files`, others last), line and column, and drops duplicates. */
export function sortProblems(problems: readonly Problem[], files: readonly string[]): readonly Problem[] {
  const rank = (problem: Problem): number => {
    const index = files.indexOf(problem.file);
    return index < 0 ? files.length : index;
  };
  const sorted = [...problems].sort(
    (a, b) =>
      rank(a) - rank(b) || (a.span?.line ?? 0) - (b.span?.line ?? 0) || (a.span?.column ?? 0) - (b.span?.column ?? 0),
  );
  return sorted.filter((problem, index) => !same(problem, sorted[index - 1]));
}

function same(a: Problem, b: Problem | undefined): boolean {
  return (
    b !== undefined &&
    a.file === b.file &&
    a.message === b.message &&
    a.span?.line === b.span?.line &&
    a.span?.column === b.span?.column
  );
}

/** Returns a problem as one line for a log: `file:line:column  message (hint)`. */
export function problemLine({ file, span, message, hint }: Problem): string {
  const place = span === undefined ? file : `${file}:${span.line}:${span.column}`;
  return `${place}  ${message}${hint === undefined ? '' : ` (${hint})`}`;
}

function formatProblem({ code, severity, file, span, message, hint }: Problem): string {
  const mark = severity === 'warning' ? 'warning: ' : '';
  if (span === undefined)
    return [`${mark}${file}  ${message}  ${code}`, ...(hint === undefined ? [] : [`      ${hint}`])].join('\n');
  const window = windowOf(span);
  const gutter = String(span.line).padStart(5);
  const caret = `${window.indent}${'^'.repeat(window.width)}${hint === undefined ? '' : `  ${hint}`}`;
  return [
    `${mark}${file}:${span.line}:${span.column}  ${message}  ${code}`,
    `${gutter} | ${window.text}`,
    `${' '.repeat(gutter.length)} | ${caret}`,
  ].join('\n');
}

/** Returns the part of a line to show: a very long line is cut around the place, control characters are replaced. */
function windowOf({ text, column, width }: Span): { text: string; indent: string; width: number } {
  const from = text.length <= WIDEST_LINE ? 0 : Math.max(0, Math.min(column - 21, text.length - WIDEST_LINE));
  const shown = harmless(text.slice(from, from + WIDEST_LINE));
  const lead = from > 0 ? '…' : '';
  const tail = from + WIDEST_LINE < text.length ? '…' : '';
  const before = shown.slice(0, column - 1 - from);
  return {
    text: lead + shown + tail,
    indent: ' '.repeat(lead.length) + before.replace(/[^\t]/gu, ' '),
    width: Math.max(1, Math.min(width, shown.length - before.length)),
  };
}

/** Replaces unprintable characters except tabs, so that a file cannot command the terminal that shows it. */
export const harmless = (text: string): string => text.split('\t').map(printable).join('\t');
