import type { Named, StandardSchema } from '../../../api/index.js';
import type { InstancePlan } from '../config.js';
import type { KeyPath } from '../diagnose/place-index.js';
import { defaultsOf, keysOf, namedBy, schemaAt } from '../schema/schema-keys.js';
import { isTable } from '../toml-value.js';

/** A value of an instance, written or default, that names a thing outside the hub. */
export interface NamedValue {
  readonly instance: InstancePlan;
  readonly path: KeyPath;
  readonly text: string;
  readonly named: Named;
}

/** Returns the named values of the enabled instances; none for plugins whose schema library hides its keys. */
export const namedValues = (instances: readonly InstancePlan[]): readonly NamedValue[] =>
  instances
    .filter(({ enabled }) => enabled)
    .flatMap((instance) => {
      const { kind, type, name, definition, written } = instance;
      return below(definition.config, written, [kind, type, name]).map((found) => ({ instance, ...found }));
    });

type Found = Omit<NamedValue, 'instance'>;

/** Returns the named values of a table and of the tables in it. */
export function below(
  schema: StandardSchema,
  table: Readonly<Record<string, unknown>>,
  path: KeyPath,
): readonly Found[] {
  const values = { ...defaultsOf(schema), ...table };
  return (keysOf(schema) ?? []).flatMap((key): readonly Found[] => {
    const value = values[key];
    const inner = schemaAt(schema, [key]);
    if (isTable(value)) return inner === undefined ? [] : below(inner, value, [...path, key]);
    const texts = Array.isArray(value) ? value.map((text, index) => [text, index] as const) : [[value] as const];
    const named = namedBy(schema, key);
    if (named === undefined) return [];
    return texts.flatMap(([text, ...index]): readonly Found[] =>
      typeof text === 'string' ? [{ path: [...path, key, ...index], text, named }] : [],
    );
  });
}
