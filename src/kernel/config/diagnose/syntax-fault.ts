import type { ErrorCode } from '../../../api/index.js';
import type { Lines } from './lines.js';
import type { Span } from './problem.js';

/** A breach of TOML's grammar in words of ours. */
export interface SyntaxFault {
  readonly code: ErrorCode;
  readonly span: Span;
  readonly message: string;
  readonly hint: string | undefined;
}

/** The patterns below are not meant for longer ones. */
const LONGEST_LINE = 1000;

const BARE_VALUE = /^(\s*[^=\s][^=]*?\s*=\s*)(?![+-]?\d+\s*(?:#|$))([^\s"'[{#][^#"'[\]{},]*?)\s*(?:#.*)?$/;

/** What the parser's reasons mean to somebody who does not know its inside: the first that matches. */
const REASONS: readonly (readonly [RegExp, string, string?])[] = [
  [/redefine/, 'this was set already'],
  [/unsafe property/, 'this word cannot be a key'],
  [/excessively nested/, 'this is nested too deeply'],
  [/control characters/, 'a control character cannot stand here', 'delete it, or write it as \\u and four digits'],
  [/leading zero/, 'a number cannot begin with 0'],
  [/underscore/, 'an underscore in a number must stand between two digits'],
  [/losslessly/, 'this number is too large'],
  [
    /escape/,
    'this is no escape sequence of TOML',
    "write a backslash as \\\\, or put the text in single quotes: 'C:\\x'",
  ],
  [/multiline strings/, 'a key cannot have three quotes'],
  [/date|time part/, 'this is no date or time'],
  [/expected comma|unfinished (array|table)/, 'a comma or a closing bracket is missing'],
  [/table array declaration/, 'the closing "]]" is missing'],
  [/followed by an end-of-line/, 'something is left over after the value', 'one key a line'],
  [/find end of key|unexpected end of key|empty bare key|illegal character in key/, 'this is no "key = value"'],
  [
    /invalid value|unfinished numeric|illegal character/,
    'this is no value of TOML',
    'texts and durations stand in quotes',
  ],
];

const UNKNOWN_REASON: (typeof REASONS)[number] = [/^/, 'this is not TOML'];

/** Rewords what the parser said of a place. */
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
  const message = isTable ? `${subject} stands here twice` : `"${subject}" is set twice`;
  const where = first === undefined ? undefined : `first in line ${first}`;
  return {
    code: 'TH_CFG_DUPLICATE',
    span,
    message,
    hint: isTable && where !== undefined ? `${where}: give one of them another name` : where,
  };
}

/** The line above that says the same: for a key within its table. */
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
  if (!/^[^"']+$/.test(name)) return syntax(span, 'this is no table header', 'a table begins with [source.type.name]');
  if (/^[\w.\s-]+$/.test(name))
    return syntax(span, 'this is no table header', `did you mean "[${name.replace(/\s*\.\s*|\s+/g, '.')}]"?`);
  const quoted = name.split('.').map((part) => (/^[\w-]+$/.test(part) ? part : `"${part}"`));
  return syntax(span, 'a name with such characters must stand in quotes', `did you mean "[${quoted.join('.')}]"?`);
}

/** A quote that is not closed is noticed where the line ends. */
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
    'a text stands in straight quotes',
    'type " on a keyboard without "smart quotes"',
  );
}

/** By far the most frequent: `poll = 64s`, `host = localhost`, `prefer = yes`. */
function unquoted(lines: Lines, line: number, text: string, reason: string): SyntaxFault | undefined {
  const [, before, value] = BARE_VALUE.exec(text) ?? [];
  if (
    before === undefined ||
    value === undefined ||
    !/invalid value|illegal character|end-of-line|unfinished numeric|leading zero/.test(reason)
  )
    return undefined;
  const span = lines.at(line, before.length + 1, value.length);
  if (/^(true|yes|on)$/i.test(value)) return syntax(span, 'this is no value of TOML', 'did you mean true?');
  if (/^(false|no|off)$/i.test(value)) return syntax(span, 'this is no value of TOML', 'did you mean false?');
  return syntax(
    span,
    'a text, a duration or a rate must stand in quotes',
    `did you mean "${value.replace(/^(\d+)\s+/, '$1')}"?`,
  );
}
