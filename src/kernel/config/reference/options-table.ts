import type { StandardSchema } from '../../../api/index.js';
import type { PluginCatalogue } from '../config.js';
import { expectation } from '../diagnose/expectation.js';
import { hubSchema, sinkOptionsSchema, sourceOptionsSchema, targetSchema } from '../schema/hub-schema.js';
import { defaultsOf, descriptionOf, keysOf, schemaAt } from '../schema/schema-keys.js';
import { writeValue } from '../toml-value.js';

/** One key of a table as the reference shows it. */
export interface OptionRow {
  readonly key: string;
  /** What the value must be, in the words of the error messages. */
  readonly value: string;
  /** As written in a file; `required`, or empty when the key may be left out without anything standing in for it. */
  readonly fallback: string;
  readonly meaning: string;
}

/** The keys of a schema, those of nested tables as `table.key`. Empty for a schema that does not show its inside. */
export async function optionRows(schema: StandardSchema, prefix = ''): Promise<readonly OptionRow[]> {
  const defaults = defaultsOf(schema);
  const missing = await complaints(schema, {});
  const rows: OptionRow[] = [];
  for (const key of keysOf(schema) ?? []) {
    const told = await complaints(schema, { [key]: null });
    const fallback = Object.hasOwn(defaults, key) ? writeValue(defaults[key]) : missing.has(key) ? 'required' : '';
    rows.push({ key: prefix + key, value: told.get(key) ?? '', fallback, meaning: descriptionOf(schema, key) });
    const below = schemaAt(schema, [key]);
    if (below !== undefined) rows.push(...(await optionRows(below, `${prefix}${key}.`)));
  }
  return rows;
}

/** The options of a schema as a Markdown table: for the configuration reference and a plugin's README. */
export async function optionsTable(schema: StandardSchema): Promise<string> {
  const rows = await optionRows(schema);
  if (rows.length === 0) return 'No options of its own.\n';
  const lines = rows.map(({ key, value, fallback, meaning }) =>
    [code(key), value, fallback === '' || fallback === 'required' ? fallback : code(fallback), meaning]
      .map(cell)
      .join(' | '),
  );
  return ['key | value | default | meaning', '--- | --- | --- | ---', ...lines].map((line) => `| ${line} |\n`).join('');
}

/** The whole reference, a section a table: those of the hub, what all sources and sinks share, then each plugin's own. */
export async function configReference({ types }: PluginCatalogue): Promise<string> {
  const plugins = [...types].sort(([a], [b]) => (a < b ? -1 : 1));
  const sections: readonly (readonly [string, string, StandardSchema | undefined])[] = [
    ['[hub]', 'The hub as a whole.', hubSchema],
    ['[target]', 'What is promised to others.', targetSchema],
    ['[source.*.*]', 'What every source takes.', sourceOptionsSchema],
    ['[sink.*.*]', 'What every sink takes.', sinkOptionsSchema],
    ...plugins.map(([id, { summary, schema }]) => [`[${id}.*]`, sentence(summary), schema] as const),
  ];
  const pages: string[] = [INTRODUCTION];
  for (const [header, summary, schema] of sections) {
    if (schema !== undefined) pages.push(`## \`${header}\`\n\n${summary}\n\n${await optionsTable(schema)}`);
  }
  return pages.join('\n');
}

const INTRODUCTION = `# Configuration

Every key, generated from the schemas that check it (\`npm run docs\`). The file is TOML. Before the tables it may name a
\`preset\` (client, grandmaster, bench, monitor) and \`plugins\`, packages or folders outside the tree; files in \`conf.d\` beside it
add tables or override keys. Durations and rates are texts with a unit: "250us", "64s", "-7.2ppm". The id of
\`[source.ntp.a]\` is \`ntp.a\`, in commands, metrics and messages alike. \`timehub check-config\` tells all mistakes at once.

An error refuses the configuration (exit status 78). A warning does not: one server asked twice, a source that asks this hub
itself, two sinks that steer one clock, an interface, device or folder that this machine does not have, a file of \`conf.d\`
whose name does not end in \`.toml\`. \`--strict\` makes warnings errors; \`timehub run\` writes them to its log once. A
configuration with a \`[lab]\` is not compared with the machine. There is no \`[clock.…]\` table: a clock is set up in the sink
that steers it.
`;

const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`);

/** What a schema says about each key of a table. */
async function complaints(schema: StandardSchema, table: unknown): Promise<ReadonlyMap<string, string>> {
  const { issues = [] } = await schema['~standard'].validate(table);
  const told = new Map<string, string>();
  for (const issue of issues) {
    const [first] = issue.path ?? [];
    const key = String(typeof first === 'object' ? first.key : first);
    if (!told.has(key)) told.set(key, expectation(issue) ?? '');
  }
  return told;
}

const code = (text: string): string => `\`${text}\``;
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');
