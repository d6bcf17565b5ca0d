import type { StandardIssue } from '../../../api/index.js';

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text in quotes',
  number: 'a number',
  integer: 'a whole number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a table',
  record: 'a table',
  date: 'a date',
};

/** Messages of schema libraries, and their meaning as the end of a sentence with "must be". */
const PHRASES: readonly (readonly [RegExp, (...groups: readonly string[]) => string])[] = [
  // valibot
  [/^Invalid type: Expected (.+) but received .+$/s, (expected) => ofType(expected)],
  [/^Invalid (?:min_)?(?:value|size): Expected ([<>]=?)(\S+) but received .+$/s, (sign, limit) => limited(sign, limit)],
  [/^Invalid length: Expected (!0) but received .+$/s, () => 'not empty'],
  [/^Invalid length: Expected ([<>]=?)(\d+) but received .+$/s, (sign, limit) => `${limited(sign, limit)} long`],
  [/^Invalid \w+: Expected (.+) but received .+$/s, (expected) => expected],
  [/^Invalid (\w+): Received .+$/s, (what) => TYPES[what] ?? `a valid ${what.replaceAll('_', ' ')}`],
  // zod
  [/^Invalid input$/, () => 'a value of another kind'],
  [/^Invalid input: expected (\w+), received .+$/s, (expected) => ofType(expected)],
  [/^Expected (\w+), received .+$/s, (expected) => ofType(expected)],
  [/^Invalid option: expected one of (.+)$/s, (options) => `one of ${words(options)}`],
  [/^Invalid input: expected (.+)$/s, (expected) => expected],
  [
    /^Too (?:small|big): expected \w+ to (?:be|have) ([<>]=?)(\S+)( characters| items)?.*$/s,
    (sign, limit, what) => `${limited(sign, limit)}${what ?? ''}`,
  ],
  [
    /^Invalid string: (?:must )?(.+)$/s,
    (what) => `a text that ${what.startsWith('match') ? 'matches' : 'does'} ${what.replace(/^match\w* /, '')}`,
  ],
  [/^Invalid (\w+(?: \w+)?)$/s, (what) => `a valid ${what}`],
  // arktype
  [
    /must be\.\.\.\s*(.+)$/s,
    (parts) =>
      parts
        .split('◦')
        .map((part) => part.trim())
        .filter(Boolean)
        .join(' and '),
  ],
  [/^(?:\S+ )?must be (.+?)(?: \(was .+\))?$/s, (expected) => TYPES[expected.replace(/^an? /, '')] ?? expected],
];

/**
 * Returns an issue as the end of a sentence that begins with "<key> must be". Messages of timehub's own schemas have that form,
 * those of schema libraries are reworded; undefined for a message of another form.
 */
export function expectation(issue: StandardIssue): string | undefined {
  const message = issue.message.trim();
  for (const [pattern, phrase] of PHRASES) {
    const groups = pattern.exec(message)?.slice(1);
    if (groups !== undefined) return phrase(...groups);
  }
  return /^[\p{Ll}\d"'<>]/u.test(message) ? message : undefined;
}

/** Returns true for an issue about a key that the table does not have. */
export const isSurplusKey = (issue: StandardIssue): boolean =>
  /Expected never|must be removed|^Unrecognized key/i.test(issue.message) ||
  (issue as { expected?: unknown }).expected === 'never';

const ofType = (expected: string): string =>
  TYPES[expected.toLowerCase()] ?? (expected.includes('"') ? `one of ${words(expected)}` : expected);

const words = (options: string): string => [...new Set(options.match(/"[^"]*"/g) ?? [options])].join(', ');

const limited = (sign: string, limit: string): string =>
  ({ '>=': `${limit} or more`, '>': `more than ${limit}`, '<=': `at most ${limit}`, '<': `less than ${limit}` })[
    sign
  ] ?? limit;
