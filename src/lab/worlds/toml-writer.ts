/** A table of a TOML file. Keys without a value and empty arrays are left out. */
export interface TomlTable {
  readonly [key: string]: TomlValue | undefined;
}

export type TomlValue = string | number | boolean | readonly string[] | TomlTable | readonly TomlTable[];

/**
 * Returns the text of a TOML file. A table of the top level gets a header, deeper tables are inline; an array of tables gets
 * `[[headers]]` at every level that has them.
 */
export const toToml = (root: TomlTable): string => `${linesOf(root, []).join('\n')}\n`;

function linesOf(table: TomlTable, path: readonly string[]): readonly string[] {
  const plain: string[] = [];
  const nested: string[] = [];
  for (const [key, value] of Object.entries(table)) {
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    const inner = [...path, key];
    if (isTables(value)) nested.push(...value.flatMap((one) => [`[[${inner.join('.')}]]`, ...linesOf(one, inner)]));
    else if (isTable(value) && path.length === 0) nested.push(`[${key}]`, ...linesOf(value, inner));
    else plain.push(`${key} = ${inline(value)}`);
  }
  return [...plain, ...nested];
}

const isTables = (value: TomlValue): value is readonly TomlTable[] =>
  Array.isArray(value) && typeof value[0] === 'object';

const isTable = (value: TomlValue): value is TomlTable => typeof value === 'object' && !Array.isArray(value);

function inline(value: TomlValue): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (!isTable(value)) return JSON.stringify(value);
  const pairs = Object.entries(value).flatMap(([key, one]) => (one === undefined ? [] : [`${key} = ${inline(one)}`]));
  return `{ ${pairs.join(', ')} }`;
}
