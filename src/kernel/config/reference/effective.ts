import type { PluginCatalogue, Table } from '../config.js';
import { Locator } from '../diagnose/locator.js';
import type { KeyPath } from '../diagnose/place-index.js';
import type { ConfigDocument } from '../read/document.js';
import { hubSchema, sinkOptionsSchema, sourceOptionsSchema, targetSchema } from '../schema/hub-schema.js';
import { defaultsOf } from '../schema/schema-keys.js';
import { isTable, showHeader, writeKey, writeValue } from '../toml-value.js';

/** One effective value and its origin. */
export interface EffectiveValue {
  readonly path: KeyPath;
  /** Value as written in the file. */
  readonly value: unknown;
  /** `timehub.toml:12`, `preset client:3` or `default`. */
  readonly origin: string;
}

/** Returns every effective value table by table: the written ones, then the defaults. */
export async function effectiveConfig(
  document: ConfigDocument,
  catalogue: PluginCatalogue,
): Promise<readonly EffectiveValue[]> {
  const locator = new Locator(document);
  const values: EffectiveValue[] = [];
  for (const { path, table, defaults } of tables(document, catalogue)) {
    const empty = path.length > 1 && Object.keys(table).length + Object.keys(defaults).length === 0;
    if (empty) values.push({ path, value: {}, origin: await originOf(locator, path) });
    for (const [key, value] of Object.entries(table)) {
      values.push({ path: [...path, key], value, origin: await originOf(locator, [...path, key]) });
    }
    for (const [key, value] of Object.entries(defaults)) {
      if (!Object.hasOwn(table, key)) values.push({ path: [...path, key], value, origin: 'default' });
    }
  }
  return values;
}

/** Returns the values as TOML that the hub can read, each line with its origin. */
export function formatEffective(values: readonly EffectiveValue[]): string {
  const lines: string[] = [];
  let header = '';
  for (const { path, value, origin } of values) {
    const empty = isTable(value) && Object.keys(value).length === 0 && path.length > 1;
    const table = empty ? showHeader(path) : path.length === 1 ? '' : showHeader(path.slice(0, -1));
    if (table !== header) lines.push('', table);
    header = table;
    if (!empty) lines.push(`${`${writeKey(String(path.at(-1)))} = ${writeValue(value)}`.padEnd(40)} # ${origin}`);
  }
  return `${lines.join('\n').trimStart()}\n`;
}

interface Section {
  readonly path: KeyPath;
  readonly table: Table;
  readonly defaults: Table;
}

function tables({ tree, instances }: ConfigDocument, { types }: PluginCatalogue): readonly Section[] {
  const top = Object.fromEntries(Object.entries(tree).filter(([, value]) => !isTable(value)));
  const fixed = (name: string, defaults: Table): Section => ({
    path: [name],
    table: isTable(tree[name]) ? tree[name] : {},
    defaults,
  });
  return [
    { path: [], table: top, defaults: {} },
    fixed('hub', defaultsOf(hubSchema)),
    fixed('target', defaultsOf(targetSchema)),
    ...instances.map(({ kind, type, name, table }) => ({
      path: [kind, type, name],
      table,
      defaults: {
        ...defaultsOf(types.get(`${kind}.${type}`)?.definition?.config),
        ...defaultsOf(kind === 'source' ? sourceOptionsSchema : sinkOptionsSchema),
      },
    })),
    fixed('lab', {}),
  ];
}

async function originOf(locator: Locator, path: KeyPath): Promise<string> {
  const found = await locator.find(path, 'key');
  if (found === undefined) return 'unknown';
  const { layer, span } = found;
  return `${layer.role === 'preset' ? 'preset ' : ''}${layer.path}:${span.line}`;
}
