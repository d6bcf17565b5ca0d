import type { StandardSchema } from '../../../api/index.js';
import type { PluginCatalogue } from '../config.js';
import { hubSchema, sinkOptionsSchema, sourceOptionsSchema, targetSchema } from '../schema/hub-schema.js';
import { optionsTable } from './options-table.js';

/**
 * Returns the text of docs/config.md: the hub's own tables, the keys that all sources and sinks take, then each plugin's keys.
 */
export async function configReference({ types }: PluginCatalogue): Promise<string> {
  const plugins = [...types].sort(([a], [b]) => (a < b ? -1 : 1));
  const sections: readonly (readonly [string, string, StandardSchema | undefined])[] = [
    ['[hub]', 'The hub as a whole.', hubSchema],
    ['[target]', 'The accuracy that the hub aims at.', targetSchema],
    ['[source.*.*]', 'Keys of every source.', sourceOptionsSchema],
    ['[sink.*.*]', 'Keys of every sink.', sinkOptionsSchema],
    ...plugins.map(([id, { summary, definition }]) => [`[${id}.*]`, sentence(summary), definition?.config] as const),
  ];
  const pages: string[] = [INTRODUCTION];
  for (const [header, summary, schema] of sections) {
    if (schema !== undefined) pages.push(`## \`${header}\`\n\n${summary}\n\n${await optionsTable(schema)}`);
  }
  return pages.join('\n');
}

const INTRODUCTION = `# Configuration

For operators: every key of the configuration file, generated from the schemas that check it (\`npm run docs\`).

The file is TOML. Before the tables it may name a \`preset\` (client, grandmaster, bench or monitor) and \`plugins\`, a list of
packages or folders outside of timehub. Files in \`conf.d\` beside it add tables or override keys. Durations and rates are strings
with a unit: "250us", "64s", "-7.2ppm". The id of \`[source.ntp.a]\` is \`ntp.a\` in commands, metrics and messages.

\`timehub check-config FILE\` reports all mistakes at once. An error refuses the configuration (exit status 78). A warning does not:

- two sources ask one server, a source asks this hub itself, or two sinks steer one clock;
- this machine does not have a named interface, device or folder;
- other users can change a file that the hub reads or writes;
- the name of a file in \`conf.d\` does not end in \`.toml\`.

\`--strict\` turns warnings into errors. \`timehub run\` logs warnings once. A configuration with a \`[lab]\` is not compared with the
machine. There is no \`[clock.…]\` table: the sink that steers a clock has its options.
`;

const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`);
