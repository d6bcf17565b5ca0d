import type { StandardIssue, StandardSchema } from '../../../api/index.js';
import type { Table } from '../config.js';
import { expectation, isSurplusKey } from '../diagnose/expectation.js';
import { type Finding, missingKey } from '../diagnose/finding.js';
import type { KeyPath } from '../diagnose/place-index.js';
import { unknownKey } from '../diagnose/unknown-key.js';
import { hintFor } from '../diagnose/value-hint.js';
import { keysOf, schemaAt } from '../schema/schema-keys.js';
import { isTable, showHeader, showPath, showValue } from '../toml-value.js';

export type Checked =
  | { readonly value: unknown; readonly findings?: undefined }
  | { readonly findings: readonly Finding[] };

/** Checks a table by a schema of any library, and words its issues for the operator. */
export async function checkTable(path: KeyPath, table: Table, schema: StandardSchema): Promise<Checked> {
  const check = { path, table, schema };
  try {
    const result = await validate(schema, table);
    if (result.issues === undefined) return { value: result.value };
    const findings: Finding[] = [];
    for (const [at, issue] of firstAtEachPlace(result.issues)) findings.push(await describe(check, at, issue));
    return { findings };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `the check of ${showHeader(path)} failed in the plugin: ${reason}`;
    return { findings: [{ code: 'TH_PLUGIN_CRASHED', path, at: 'key', message }] };
  }
}

interface Check {
  readonly path: KeyPath;
  readonly table: Table;
  readonly schema: StandardSchema;
}

/** Async, so that a throwing schema rejects. */
const validate = async (schema: StandardSchema, value: unknown) => schema['~standard'].validate(value);

function firstAtEachPlace(issues: readonly StandardIssue[]): readonly (readonly [KeyPath, StandardIssue])[] {
  const first = new Map<string, readonly [KeyPath, StandardIssue]>();
  for (const issue of issues) {
    const at = placeOf(issue);
    if (!first.has(JSON.stringify(at))) first.set(JSON.stringify(at), [at, issue]);
  }
  return [...first.values()];
}

const placeOf = (issue: StandardIssue): KeyPath =>
  (issue.path ?? [])
    .map((part) => (typeof part === 'object' ? part.key : part))
    .map((key) => (typeof key === 'number' ? key : String(key)));

async function describe(check: Check, at: KeyPath, issue: StandardIssue): Promise<Finding> {
  const { path, table } = check;
  if (isSurplusKey(issue)) return surplusKey(check, at, issue);
  const parent = valueAt(table, at.slice(0, -1));
  const key = at.at(-1);
  if (typeof key === 'string' && !(isTable(parent) && Object.hasOwn(parent, key))) {
    return missingKey([...path, ...at.slice(0, -1)], key, await wantedAt(check, at));
  }
  return wrongValue(check, at, issue);
}

/** Returns the finding of an unknown key in a nested table, or of a schema whose library hides its keys. */
function surplusKey({ path, schema }: Check, at: KeyPath, issue: StandardIssue): Finding {
  const { keys } = issue as { readonly keys?: unknown };
  const [table, name] = Array.isArray(keys) ? [at, String(keys[0])] : [at.slice(0, -1), String(at.at(-1))];
  const below = schemaAt(schema, table);
  return unknownKey([...path, ...table], name, (below === undefined ? undefined : keysOf(below)) ?? []);
}

async function wrongValue({ path, table, schema }: Check, at: KeyPath, issue: StandardIssue): Promise<Finding> {
  const value = valueAt(table, at);
  const name = at.length === 0 ? showHeader(path) : showPath(at);
  const wanted = expectation(issue);
  const found = { code: 'TH_CFG_VALUE', path: [...path, ...at], at: 'value' } as const;
  if (wanted === undefined) return { ...found, message: `${name} is not accepted: ${issue.message.trim()}` };
  if (at.length === 0) return { ...found, message: `${name} must be ${wanted}` };
  const accepts = async (other: unknown) => (await issueAt(schema, replaced(table, at, other), at)) === undefined;
  const hint = await hintFor(value, wanted, accepts);
  return { ...found, message: `${name} must be ${wanted}, got ${showValue(value)}`, hint };
}

/** Returns the value that a schema expects at a place: its message about null. */
async function wantedAt({ table, schema }: Check, at: KeyPath): Promise<string | undefined> {
  const issue = await issueAt(schema, replaced(table, at, null), at);
  return issue === undefined ? undefined : expectation(issue);
}

/** Returns the first issue at a place or below it. */
async function issueAt(schema: StandardSchema, table: unknown, at: KeyPath): Promise<StandardIssue | undefined> {
  const wanted = JSON.stringify(at);
  const { issues } = await validate(schema, table).catch(() => ({ issues: [{ message: '', path: at }] }));
  return issues?.find((issue) => JSON.stringify(placeOf(issue).slice(0, at.length)) === wanted);
}

const valueAt = (table: unknown, at: KeyPath): unknown =>
  at.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string | number, unknown>)[key]
        : undefined,
    table,
  );

function replaced(value: unknown, [key, ...rest]: KeyPath, by: unknown): unknown {
  if (key === undefined) return by;
  const below = replaced(valueAt(value, [key]), rest, by);
  if (Array.isArray(value)) return value.map((element, index) => (index === key ? below : element));
  return { ...(isTable(value) ? value : {}), [key]: below };
}
