import type { StandardSchema } from '../../api/index.js';
import type { Table } from './config.js';

/** The defaults of a valibot object's entries, as they would stand in a file. Empty for other libraries. */
export function defaultsOf(schema: StandardSchema | undefined): Table {
  const entries = (
    schema as { readonly entries?: Readonly<Record<string, { readonly default?: unknown }>> } | undefined
  )?.entries;
  return Object.fromEntries(
    Object.entries(entries ?? {})
      .map(([key, entry]) => [key, typeof entry.default === 'function' ? undefined : entry.default] as const)
      .filter(([, value]) => value !== undefined),
  );
}
