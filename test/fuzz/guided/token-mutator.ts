import type { Random } from '../random.js';
import { type Draft, remove } from './mutator.js';

/** JSON values that often reveal faults of parsers. */
const VALUES = [
  ...[
    'null',
    'true',
    'false',
    '""',
    '"x"',
    '[]',
    '{}',
    '[[]]',
    '0',
    '-0',
    '1',
    '-1',
    '1.5',
    '1e999',
    '-1e999',
    '1e-999',
  ],
  ...['255', '256', '65536', '2147483647', '2147483648', '4294967296', '9007199254740991', '9007199254740993'],
  ...['1e15', '1e21', '999999999', '1000000000', '"\\u0000"', '"\\u001b[2J"', '"\\u202e"', '"\\ud800"', '"__proto__"'],
  ...['{"__proto__":{"mode":3}}', '[{}]', '[null]', '"2026-01-01T00:00:00.000Z"', '"9999-12-31T23:59:60.999999999Z"'],
].map((text) => Buffer.from(text));

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SEPARATORS: ReadonlySet<number> = new Set(Buffer.from(' \t\r\n,:;[]{}/#'));
const DIGITS = Buffer.from('0123456789-.e');
const isEnd = (code: number): boolean => SEPARATORS.has(code);

/** Replaces, removes or doubles one token of a text: a string with its quotes, or the text between two separators. */
export function changeToken(draft: Draft, other: Uint8Array, random: Random): void {
  const { octets, length } = draft;
  const [start, end] = tokenAt(octets, length, random.below(Math.max(1, length)));
  switch (random.below(5)) {
    case 0:
      remove(draft, start, end - start);
      break;
    case 1:
      replace(draft, start, start, octets.slice(start, end));
      break;
    case 2: {
      const [from, to] = tokenAt(other, other.length, random.below(Math.max(1, other.length)));
      replace(draft, start, end, other.subarray(from, to));
      break;
    }
    case 3:
      changeDigits(draft, start, end, random);
      break;
    default:
      replace(draft, start, end, random.pick(VALUES));
  }
}

function tokenAt(octets: Uint8Array, length: number, at: number): [start: number, end: number] {
  let start = at;
  while (start > 0 && octets[start] !== QUOTE && !isEnd(octets[start - 1]!)) start--;
  let end = start;
  if (octets[start] === QUOTE) {
    end++;
    while (end < length && octets[end] !== QUOTE) end += octets[end] === BACKSLASH ? 2 : 1;
    return [start, Math.min(length, end + 1)];
  }
  while (end < length && !isEnd(octets[end]!)) end++;
  return [start, Math.max(end, Math.min(length, start + 1))];
}

/** Replaces digits with other digits, signs or exponents. */
function changeDigits(draft: Draft, start: number, end: number, random: Random): void {
  for (let at = start; at < end; at++) {
    const code = draft.octets[at]!;
    if (code >= 0x30 && code <= 0x39 && random.below(3) === 0) draft.octets[at] = DIGITS[random.below(DIGITS.length)]!;
  }
}

function replace(draft: Draft, start: number, end: number, by: Uint8Array): void {
  const room = draft.octets.length - (draft.length - (end - start));
  const text = by.slice(0, Math.max(0, room));
  draft.octets.copyWithin(start + text.length, end, draft.length);
  draft.octets.set(text, start);
  draft.length += text.length - (end - start);
}
