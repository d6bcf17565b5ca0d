import { isDeepStrictEqual } from 'node:util';
import type { StandardSchema } from '../../../api/index.js';
import { expectation } from '../diagnose/expectation.js';
import { defaultsOf, descriptionOf, keysOf, schemaAt } from '../schema/schema-keys.js';
import { writeValue } from '../toml-value.js';

/** One key of a table as the reference shows it. */
interface OptionRow {
  readonly key: string;
  /** The expected value, in the words of the error messages. */
  readonly value: string;
  /** The default as written in a file; `required`; or empty for an optional key without a default. */
  readonly fallback: string;
  readonly meaning: string;
}

/** Returns a row for each key of a schema, with `table.key` for those of nested tables; none if the library hides the keys. */
async function optionRows(schema: StandardSchema, prefix = ''): Promise<readonly OptionRow[]> {
  const defaults = defaultsOf(schema);
  const missing = await expectations(schema, {});
  const rows: OptionRow[] = [];
  for (const key of keysOf(schema) ?? []) {
    const expected = await expectations(schema, { [key]: null });
    const fallback = Object.hasOwn(defaults, key) ? writeValue(defaults[key]) : missing.has(key) ? 'required' : '';
    rows.push({ key: prefix + key, value: expected.get(key) ?? '', fallback, meaning: descriptionOf(schema, key) });
    const nested = schemaAt(schema, [key]);
    if (nested !== undefined) rows.push(...(await optionRows(nested, `${prefix}${key}.`)));
  }
  return rows;
}

/** Returns the options of a schema as a Markdown table, for the configuration reference and the README of a plugin. */
export const optionsTable = async (schema: StandardSchema): Promise<string> => markdown(await optionRows(schema));

const BETWEEN_MARKS = /(<!-- options (\S+)(?: (and|without) (\S+))? -->\n).*?(<!-- \/options -->)/gs;

/**
 * Returns `text` with each option table generated again. A table stands between `<!-- options source.ntp -->` and `<!--
 * /options -->`. `options A and B` has the keys that mean the same in both types, `options A without B` the other keys of A.
 */
export async function fillOptionTables(
  text: string,
  schemaOf: (type: string) => Promise<StandardSchema>,
): Promise<string> {
  let filled = '';
  let end = 0;
  for (const found of text.matchAll(BETWEEN_MARKS)) {
    const [all, start = '', type = '', relation, other, stop = ''] = found;
    const rows = await optionRows(await schemaOf(type));
    const others = other === undefined ? [] : await optionRows(await schemaOf(other));
    const isShared = (row: OptionRow) => others.some((each) => isDeepStrictEqual(each, row));
    const shown = other === undefined ? rows : rows.filter((row) => isShared(row) === (relation === 'and'));
    filled += text.slice(end, found.index) + start + markdown(shown) + stop;
    end = found.index + all.length;
  }
  return filled + text.slice(end);
}

function markdown(rows: readonly OptionRow[]): string {
  if (rows.length === 0) return 'No options of its own.\n';
  const lines = rows.map(({ key, value, fallback, meaning }) =>
    [code(key), value, fallback === '' || fallback === 'required' ? fallback : code(fallback), meaning]
      .map(cell)
      .join(' | '),
  );
  return ['key | value | default | meaning', '--- | --- | --- | ---', ...lines].map((line) => `| ${line} |\n`).join('');
}

/** Returns the schema's first message about each key of a table. */
async function expectations(schema: StandardSchema, table: unknown): Promise<ReadonlyMap<string, string>> {
  const { issues = [] } = await schema['~standard'].validate(table);
  const first = new Map<string, string>();
  for (const issue of issues) {
    const [step] = issue.path ?? [];
    const key = String(typeof step === 'object' ? step.key : step);
    if (!first.has(key)) first.set(key, expectation(issue) ?? '');
  }
  return first;
}

const code = (text: string): string => `\`${text}\``;
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');
