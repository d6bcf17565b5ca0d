import type { Named, StandardSchema } from '../../../api/index.js';
import type { Table } from '../config.js';

/**
 * Members of schema objects of valibot and zod. Standard Schema does not describe keys and defaults, so they are read from
 * these objects; nothing is known of schemas of other libraries.
 */
interface Inside {
  readonly type?: unknown;
  /** valibot: entries of an object, schema that an optional one wraps, its default, actions of a pipe. */
  readonly entries?: unknown;
  readonly wrapped?: unknown;
  readonly default?: unknown;
  readonly pipe?: unknown;
  readonly item?: unknown;
  /** valibot: members of a union. */
  readonly options?: unknown;
  /** zod */
  readonly shape?: unknown;
  readonly element?: unknown;
  readonly def?: unknown;
}

/** Returns the keys of a schema, or undefined if it accepts any key or its library hides them. */
export function keysOf(schema: StandardSchema): readonly string[] | undefined {
  const inside = schema as Inside;
  if (isObject(inside.entries)) {
    return inside.type === 'strict_object' || inside.type === 'object' ? Object.keys(inside.entries) : undefined;
  }
  if (!isObject(inside.shape)) return undefined;
  const rest = isObject(inside.def) ? inside.def.catchall : undefined;
  const closed = rest === undefined || (isObject(rest) && rest.type === 'never');
  return closed ? Object.keys(inside.shape) : undefined;
}

/** Returns the schema of a nested value, without optional wrappers. */
export function schemaAt(schema: StandardSchema, path: readonly PropertyKey[]): StandardSchema | undefined {
  let below: unknown = schema;
  for (const key of path) {
    const { entries, shape, item, element } = below as Inside;
    const members = isObject(entries) ? entries : isObject(shape) ? shape : {};
    below = unwrapped(
      typeof key === 'number' ? (item ?? element) : Object.hasOwn(members, key) ? members[String(key)] : undefined,
    );
    if (below === undefined) return undefined;
  }
  return below as StandardSchema;
}

/** Returns the defaults of absent keys, as they would be written in a file. valibot only. */
export function defaultsOf(schema: StandardSchema | undefined): Table {
  const entries = schema === undefined ? undefined : (schema as Inside).entries;
  if (!isObject(entries)) return {};
  const defaults = Object.entries(entries).map(([key, entry]) => [key, (entry as Inside).default] as const);
  return Object.fromEntries(defaults.filter(([, value]) => value !== undefined && typeof value !== 'function'));
}

/** Returns the description of a key, from its own pipe or a wrapped one. valibot only. */
export function descriptionOf(schema: StandardSchema, key: string): string {
  const { entries } = schema as Inside;
  for (let entry = isObject(entries) ? entries[key] : undefined; isObject(entry); entry = (entry as Inside).wrapped) {
    const actions: readonly unknown[] = Array.isArray(entry.pipe) ? entry.pipe : [];
    const told = actions.find((action) => isObject(action) && action.type === 'description');
    if (isObject(told) && typeof told.description === 'string') return told.description;
  }
  return '';
}

/** Returns the thing that a value of this key names, alone or in a list. valibot only. */
export function namedBy(schema: StandardSchema, key: string): Named | undefined {
  const { entries } = schema as Inside;
  return isObject(entries) ? namedIn(entries[key]) : undefined;
}

function namedIn(schema: unknown): Named | undefined {
  if (!isObject(schema)) return undefined;
  const { pipe, wrapped, item, options } = schema as Inside;
  const steps: readonly unknown[] = Array.isArray(pipe) ? pipe : [];
  for (const step of steps) {
    if (isObject(step) && isObject(step.metadata) && isObject(step.metadata.named)) {
      return step.metadata.named as unknown as Named;
    }
  }
  // A pipe in a pipe is the first step of the outer one.
  const inner = isObject(steps[0]) && steps[0].pipe !== undefined ? [steps[0]] : [];
  const choices: readonly unknown[] = Array.isArray(options) ? options : [];
  return [...inner, wrapped, item, ...choices].map(namedIn).find((named) => named !== undefined);
}

function unwrapped(schema: unknown): unknown {
  let inner = schema;
  for (;;) {
    if (!isObject(inner)) return inner;
    const next = inner.wrapped ?? (isObject(inner.def) ? inner.def.innerType : undefined);
    if (!isObject(next)) return inner;
    inner = next;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
