import type { ErrorCode } from '../../../api/index.js';
import type { Lines } from './lines.js';
import type { Span } from './problem.js';

/** A syntax fault of TOML, in words for the operator. */
export interface SyntaxFault {
  readonly code: ErrorCode;
  readonly span: Span;
  readonly message: string;
  readonly hint: string | undefined;
}

/** Longest line for the patterns below, characters. */
const LONGEST_LINE = 1000;

const BARE_VALUE = /^(\s*[^=\s][^=]*?\s*=\s*)(?![+-]?\d+\s*(?:#|$))([^\s"'[{#][^#"'[\]{},]*?)\s*(?:#.*)?$/;

/** Reasons of the TOML parser, with a message and a hint for the operator. The first match counts. */
const REASONS: readonly (readonly [RegExp, string, string?])[] = [
  [/redefine/, 'this is already set'],
  [/unsafe property/, 'this word cannot be a key'],
  [/excessively nested/, 'this is nested too deeply'],
  [/control characters/, 'a control character is not allowed here', 'delete it, or write it as \\u and four digits'],
  [/leading zero/, 'a number cannot begin with 0'],
  [/underscore/, 'an underscore in a number must stand between two digits'],
  [/losslessly/, 'this number is too large'],
  [
    /escape/,
    'this is not an escape sequence of TOML',
    "write a backslash as \\\\, or put the text in single quotes: 'C:\\x'",
  ],
  [/multiline strings/, 'a key cannot have three quotes'],
  [/date|time part/, 'this is not a date or time'],
  [/expected comma|unfinished (array|table)/, 'a comma or a closing bracket is missing'],
  [/table array declaration/, 'the closing "]]" is missing'],
  [/followed by an end-of-line/, 'there is text after the value', 'each key needs a line of its own'],
  [/find end of key|unexpected end of key|empty bare key|illegal character in key/, 'this is not "key = value"'],
  [
    /invalid value|unfinished numeric|illegal character/,
    'this is not a value of TOML',
    'strings and durations need quotes',
  ],
];

const UNKNOWN_REASON: (typeof REASONS)[number] = [/^/, 'this is not TOML'];

/** Returns the parser's reason at a place, reworded for the operator. */
export function describeFault(lines: Lines, line: number, column: number, reason: string): SyntaxFault {
  const { text } = lines.at(line, column);
  if (text.length > LONGEST_LINE) return plain(lines, line, column, reason);
  return (
    duplicate(lines, line, text, reason) ??
    header(lines, line, text, reason) ??
    openQuote(lines, line, column, text, reason) ??
    colon(lines, line, text) ??
    curlyQuote(lines, line, text) ??
    unquoted(lines, line, text, reason) ??
    plain(lines, line, column, reason)
  );
}

const syntax = (span: Span, message: string, hint?: string): SyntaxFault => ({
  code: 'TH_CFG_SYNTAX',
  span,
  message,
  hint,
});

function plain(lines: Lines, line: number, column: number, reason: string): SyntaxFault {
  const [, message, hint] = REASONS.find(([pattern]) => pattern.test(reason)) ?? UNKNOWN_REASON;
  const { text } = lines.at(line, column);
  if (text[column - 2] === '\\') return syntax(lines.at(line, column - 1, 2), message, hint);
  const lone = /key/.test(reason) && !text.includes('=') ? text.trim() : '';
  if (lone !== '') return syntax(lines.at(line, text.indexOf(lone) + 1, lone.length), message, hint);
  return syntax(lines.at(line, column), message, hint);
}

function duplicate(lines: Lines, line: number, text: string, reason: string): SyntaxFault | undefined {
  if (!/redefine/.test(reason)) return undefined;
  const statement = /^(\s*)(\[[^\]]*\]|[^=]*[^=\s])/.exec(text);
  if (statement === null) return undefined;
  const [, indent = '', subject = ''] = statement;
  const isTable = subject.startsWith('[');
  const span = lines.at(line, indent.length + 1, subject.length);
  const first = earlier(lines, line, subject, isTable);
  const message = isTable ? `${subject} occurs twice` : `"${subject}" is set twice`;
  const where = first === undefined ? undefined : `first in line ${first}`;
  return {
    code: 'TH_CFG_DUPLICATE',
    span,
    message,
    hint: isTable && where !== undefined ? `${where}: give one of them another name` : where,
  };
}

/** Returns an earlier line with the same header, or with the same key in the same table. */
function earlier(lines: Lines, line: number, subject: string, isTable: boolean): number | undefined {
  for (let above = line - 1; above >= 1; above--) {
    const text = lines.line(above).trim();
    if (text.startsWith(subject) && (isTable || /^\s*=/.test(text.slice(subject.length)))) return above;
    if (!isTable && text.startsWith('[')) return undefined;
  }
  return undefined;
}

function header(lines: Lines, line: number, text: string, reason: string): SyntaxFault | undefined {
  const [, indent, rest] = /^(\s*)(\[.*)$/.exec(text) ?? [];
  if (indent === undefined || rest === undefined || /control/.test(reason)) return undefined;
  const span = lines.at(line, indent.length + 1, rest.trimEnd().length);
  const name = rest.replace(/#.*$/, '').replace(/[[\]]/g, '').trim();
  if (!/^[^"']+$/.test(name))
    return syntax(span, 'this is not a table header', 'a table begins with a line such as [source.type.name]');
  if (/^[\w.\s-]+$/.test(name))
    return syntax(span, 'this is not a table header', `did you mean "[${name.replace(/\s*\.\s*|\s+/g, '.')}]"?`);
  const quoted = name.split('.').map((part) => (/^[\w-]+$/.test(part) ? part : `"${part}"`));
  return syntax(span, 'a name with these characters needs quotes', `did you mean "[${quoted.join('.')}]"?`);
}

/** The parser reports an open quote at the end of the line. */
function openQuote(lines: Lines, line: number, column: number, text: string, reason: string): SyntaxFault | undefined {
  const ended = /control characters/.test(reason) && column > text.length;
  if (!ended && !/unfinished string/.test(reason)) return undefined;
  const start = /=\s*(?=["'])/.exec(text);
  const from = start === null ? column : start.index + start[0].length + 1;
  return syntax(lines.at(line, from, text.length), 'the closing quote is missing');
}

function colon(lines: Lines, line: number, text: string): SyntaxFault | undefined {
  const [, indent, key, value] = /^(\s*)([\w-]+)\s*:\s*([^=]*)$/.exec(text) ?? [];
  if (indent === undefined || key === undefined) return undefined;
  return syntax(
    lines.at(line, indent.length + key.length + 1),
    'a key and its value are joined by "="',
    `did you mean "${key} = ${value}"?`,
  );
}

function curlyQuote(lines: Lines, line: number, text: string): SyntaxFault | undefined {
  const at = /=\s*(?=[“”„‘’])/.exec(text);
  if (at === null) return undefined;
  return syntax(
    lines.at(line, at.index + at[0].length + 1),
    'a string needs straight quotes',
    'write " instead; switch "smart quotes" off in the editor',
  );
}

/** The most frequent fault: `poll = 64s`, `host = localhost`, `prefer = yes`. */
function unquoted(lines: Lines, line: number, text: string, reason: string): SyntaxFault | undefined {
  const [, before, value] = BARE_VALUE.exec(text) ?? [];
  if (
    before === undefined ||
    value === undefined ||
    !/invalid value|illegal character|end-of-line|unfinished numeric|leading zero/.test(reason)
  )
    return undefined;
  const span = lines.at(line, before.length + 1, value.length);
  if (/^(true|yes|on)$/i.test(value)) return syntax(span, 'this is not a value of TOML', 'did you mean true?');
  if (/^(false|no|off)$/i.test(value)) return syntax(span, 'this is not a value of TOML', 'did you mean false?');
  return syntax(
    span,
    'a string, a duration or a rate needs quotes',
    `did you mean "${value.replace(/^(\d+)\s+/, '$1')}"?`,
  );
}
