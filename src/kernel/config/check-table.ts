import type { ErrorCode, StandardIssue, StandardSchema } from '../../api/index.js';
import { nearest } from '../errors/nearest.js';
import type { Table } from './config.js';
import type { Path } from './places.js';
import { expectation, isSurplusKey } from './reword.js';
import { keysOf, schemaAt } from './schema-keys.js';
import { isTable, showHeader, showPath, showValue } from './toml-value.js';
import { hintFor } from './value-hint.js';

/** Something wrong with the merged configuration, not yet placed in a file. */
export interface Finding {
  readonly code: ErrorCode;
  readonly path: Path;
  readonly at: 'key' | 'value';
  readonly message: string;
  readonly hint?: string | undefined;
  /** It says that something is missing: not believed when part of a file could not be read. */
  readonly absence?: true;
  /** The file that is meant, where the path alone would lead to another. */
  readonly file?: string;
}

/** Keys of one table that no schema takes. */
export function unknownKeys(
  path: Path,
  table: Table,
  known: readonly string[],
  belongs: (key: string) => string | undefined,
): readonly (Finding & { readonly meant?: string })[] {
  return Object.keys(table)
    .filter((key) => !known.includes(key))
    .map((key) => {
      const elsewhere = belongs(key);
      const meant = elsewhere === undefined ? nearest(key, known) : undefined;
      const hint = elsewhere ?? (meant === undefined ? `known: ${abridged(known)}` : `did you mean "${meant}"?`);
      const message = `unknown key "${key}" in ${showHeader(path)}`;
      const finding: Finding = { code: 'TH_CFG_UNKNOWN_KEY', path: [...path, key], at: 'key', message, hint };
      return meant === undefined ? finding : { ...finding, meant };
    });
}

export const abridged = (words: readonly string[]): string =>
  words.length <= 14 ? words.join(', ') : `${words.slice(0, 13).join(', ')}, …`;

export type Checked =
  | { readonly value: unknown; readonly findings?: undefined }
  | { readonly findings: readonly Finding[] };

/**
 * Checks a table's values against a schema. Keys in `misspelt` were found under a similar name: that they are missing is
 * not told again.
 */
export async function checkValues(
  path: Path,
  table: Table,
  schema: StandardSchema,
  misspelt: readonly string[] = [],
): Promise<Checked> {
  let result: Awaited<ReturnType<typeof validate>>;
  try {
    result = await validate(schema, table);
  } catch (error) {
    const message = `the check of ${showHeader(path)} failed in the plugin: ${error instanceof Error ? error.message : String(error)}`;
    return { findings: [{ code: 'TH_PLUGIN_CRASHED', path, at: 'key', message }] };
  }
  if (result.issues === undefined) return { value: result.value };
  const findings: Finding[] = [];
  const told = new Set<string>();
  for (const issue of result.issues) {
    const at = pathOf(issue);
    if (told.has(JSON.stringify(at))) continue;
    told.add(JSON.stringify(at));
    const finding = await describe(path, table, schema, issue, at);
    if (!(finding.absence && misspelt.includes(String(at[0])))) findings.push(finding);
  }
  return { findings };
}

const validate = async (schema: StandardSchema, value: unknown) => schema['~standard'].validate(value);

const pathOf = (issue: StandardIssue): (string | number)[] =>
  (issue.path ?? [])
    .map((part) => (typeof part === 'object' ? part.key : part))
    .map((key) => (typeof key === 'number' ? key : String(key)));

async function describe(
  path: Path,
  table: Table,
  schema: StandardSchema,
  issue: StandardIssue,
  at: Path,
): Promise<Finding> {
  const where = [...path, ...at];
  const parent = at.slice(0, -1).reduce<unknown>(step, table);
  const key = at.at(-1);
  if (isSurplusKey(issue)) return surplusKey(path, schema, issue, at);
  if (key !== undefined && (!isTable(parent) || !Object.hasOwn(parent, key)) && !Array.isArray(parent)) {
    const needed = await expected(schema, table, at);
    const message = `${showHeader(where.slice(0, -1))} needs the key "${key}"`;
    const hint = needed === undefined ? undefined : `${key} must be ${needed}`;
    return { code: 'TH_CFG_MISSING_KEY', path: where.slice(0, -1), at: 'key', message, hint, absence: true };
  }
  const value = at.reduce<unknown>(step, table);
  const name = at.length === 0 ? showHeader(path) : showPath(at);
  const wanted = expectation(issue);
  if (wanted === undefined) {
    return {
      code: 'TH_CFG_VALUE',
      path: where,
      at: 'value',
      message: `${name} is not accepted: ${issue.message.trim()}`,
    };
  }
  const got = at.length === 0 ? '' : `, got ${showValue(value)}`;
  const accepts = async (candidate: unknown): Promise<boolean> =>
    (await issueAt(schema, replaced(table, at, candidate), at)) === undefined;
  const hint = at.length === 0 ? undefined : await hintFor(value, wanted, accepts);
  return { code: 'TH_CFG_VALUE', path: where, at: 'value', message: `${name} must be ${wanted}${got}`, hint };
}

/** A key that only the schema itself could refuse: in a nested table, or of a library that does not show its keys. */
function surplusKey(path: Path, schema: StandardSchema, issue: StandardIssue, at: Path): Finding {
  const { keys } = issue as { readonly keys?: unknown };
  const [table, name] = Array.isArray(keys) ? [at, String(keys[0])] : [at.slice(0, -1), String(at.at(-1))];
  const below = schemaAt(schema, table);
  const known = (below === undefined ? undefined : keysOf(below)) ?? [];
  const meant = nearest(name, known);
  const hint =
    meant === undefined ? (known.length === 0 ? undefined : `known: ${abridged(known)}`) : `did you mean "${meant}"?`;
  const message = `unknown key "${name}" in ${showHeader([...path, ...table])}`;
  return { code: 'TH_CFG_UNKNOWN_KEY', path: [...path, ...table, name], at: 'key', message, hint };
}

const step = (value: unknown, key: string | number): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string | number, unknown>)[key]
    : undefined;

/** What a schema wants at a path: what it says when null stands there. */
async function expected(schema: StandardSchema, table: Table, at: Path): Promise<string | undefined> {
  const issue = await issueAt(schema, replaced(table, at, null), at);
  return issue === undefined ? undefined : expectation(issue);
}

async function issueAt(schema: StandardSchema, table: unknown, at: Path): Promise<StandardIssue | undefined> {
  try {
    const wanted = JSON.stringify(at);
    return (await validate(schema, table)).issues?.find(
      (issue) => JSON.stringify(pathOf(issue).slice(0, at.length)) === wanted,
    );
  } catch {
    return { message: '' };
  }
}

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((element, index) => (index === key ? replaced(element, rest, by) : element));
  const table = isTable(value) ? value : {};
  return { ...table, [key]: replaced(step(table, key), rest, by) };
}
