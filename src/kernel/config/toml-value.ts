/** Returns a value as an operator would write it, shortened for a message. */
export function showValue(value: unknown): string {
  if (typeof value === 'string') return quote(value.length > 40 ? `${value.slice(0, 39)}…` : value);
  if (typeof value === 'number')
    return Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value instanceof Date) return 'a date';
  if (Array.isArray(value)) {
    if (value.length > 3 || value.some((element) => typeof element === 'object')) return 'a list';
    return `[${value.map(showValue).join(', ')}]`;
  }
  return 'a table';
}

const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;

/** Returns a value as one line of TOML that parses to the same value. */
export function writeValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value).replaceAll('\u007f', '\\u007f');
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return `[${value.map(writeValue).join(', ')}]`;
  if (!isTable(value)) return showValue(value);
  const pairs = Object.entries(value).map(([key, each]) => `${writeKey(key)} = ${writeValue(each)}`);
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
}

export const writeKey = (key: string): string => (/^[\w-]+$/.test(key) ? key : JSON.stringify(key));

/** Returns a path of keys as text: `servers[0].host`. */
export const showPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  );

export const isTable = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** Returns the header of a table, with quotes where TOML needs them. The tables of a list have one header. */
export const showHeader = (path: readonly PropertyKey[]): string =>
  `[${path
    .filter((part) => typeof part !== 'number')
    .map((part) => writeKey(String(part)))
    .join('.')}]`;
