import { parse, TomlError } from 'smol-toml';
import type { Table } from '../config.js';
import { Lines } from '../diagnose/lines.js';
import { describeFault, type SyntaxFault } from '../diagnose/syntax-fault.js';

/** The parsed part of one file, and its faults. */
export interface ParsedToml {
  readonly tree: Table;
  readonly faults: readonly SyntaxFault[];
  /** The text that `tree` was parsed from: faulty statements are replaced line by line, so that places stay the same. */
  readonly text: string;
  /** Replaced lines: they get no other finding than their fault. */
  readonly patched: ReadonlySet<number>;
  /** Tables or the rest of the file were left out: there are no findings about missing keys. */
  readonly incomplete: boolean;
}

/** Each fault needs another parse. */
const MOST_FAULTS = 20;
const DEEPEST = 32;

/**
 * Parses TOML and continues after a fault, so that all faults are reported at once. A faulty value is replaced by 0, a faulty
 * table is left out up to the next. If the end of a faulty statement is unknown, the whole file is left out.
 */
export function parseTolerantly(text: string): ParsedToml {
  const lines = text.split('\n');
  const faults: SyntaxFault[] = [];
  const patched = new Set<number>();
  for (let incomplete = false; ; ) {
    const current = lines.join('\n');
    const attempt = tryParse(current);
    if (attempt.tree !== undefined) return { tree: attempt.tree, text: current, faults, patched, incomplete };
    const { line, column, reason } = attempt;
    const again = patched.has(line);
    if (!again) faults.push(describeFault(new Lines(current), line, column, reason));
    const repair = again || faults.length >= MOST_FAULTS ? 'impossible' : patch(lines, line, reason, patched);
    if (repair === 'impossible') return { tree: {}, text: '', faults, patched, incomplete: true };
    incomplete ||= repair === 'table';
  }
}

type Attempt = { readonly tree: Table } | { readonly tree?: undefined; line: number; column: number; reason: string };

function tryParse(text: string): Attempt {
  try {
    const tree = parse(text, { unsafeKeyBehaviour: 'throw' });
    if (depth(tree) > DEEPEST) return { line: 1, column: 1, reason: 'excessively nested' };
    return { tree };
  } catch (error) {
    if (!(error instanceof TomlError)) return { line: 1, column: 1, reason: 'excessively nested' };
    return { line: error.line, column: error.column, reason: error.message.split('\n', 1)[0]! };
  }
}

/** Returns the depth of nesting, without recursion: a file may be nested more deeply than the stack. */
function depth(tree: Table): number {
  let level: object[] = [tree];
  let levels = 0;
  for (; level.length > 0 && levels <= DEEPEST; levels++) {
    level = level.flatMap((node) => Object.values(node).filter((value) => typeof value === 'object' && value !== null));
  }
  return levels;
}

const HEADER = /^\s*\[/;
const ASSIGNMENT = /^\s*(?:[\w-]+|"[^"\n]*"|'[^'\n]*')(?:\s*\.\s*(?:[\w-]+|"[^"\n]*"|'[^'\n]*'))*\s*=/;

/** Replaces the faulty statement in `lines`. Returns `impossible` if its begin or end is unknown. */
function patch(lines: string[], line: number, reason: string, patched: Set<number>): 'value' | 'table' | 'impossible' {
  const faulty = lines[line - 1] ?? '';
  const open = /unfinished string/.test(reason) && /"""|'''/.test(faulty);
  if (open || /nested/.test(reason)) return 'impossible';
  if (HEADER.test(faulty)) {
    leaveOutTable(lines, line, patched);
    return 'table';
  }
  patched.add(line);
  const assignment = ASSIGNMENT.exec(faulty)?.[0];
  if (assignment !== undefined && !/redefine|unsafe/.test(reason)) {
    lines[line - 1] = `${assignment} 0`;
    return 'value';
  }
  if (assignment === undefined && !/key/.test(reason)) return 'impossible';
  lines[line - 1] = '';
  return 'value';
}

function leaveOutTable(lines: string[], from: number, patched: Set<number>): void {
  let line = from;
  do {
    lines[line - 1] = '';
    patched.add(line);
    line++;
  } while (line <= lines.length && !HEADER.test(lines[line - 1]!));
}
