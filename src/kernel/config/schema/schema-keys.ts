import type { Named, StandardSchema } from '../../../api/index.js';
import type { Table } from '../config.js';

/**
 * What can be read off a schema itself. Standard Schema has no word for it, so this looks at the objects of the libraries
 * that show their inside (valibot, zod) and knows nothing of others.
 */
interface Inside {
  readonly type?: unknown;
  /** valibot: the entries of an object, what an optional one wraps, its default, the actions of a pipe. */
  readonly entries?: unknown;
  readonly wrapped?: unknown;
  readonly default?: unknown;
  readonly pipe?: unknown;
  readonly item?: unknown;
  /** valibot: what a union chooses from. */
  readonly options?: unknown;
  /** zod */
  readonly shape?: unknown;
  readonly element?: unknown;
  readonly def?: unknown;
}

/** The keys that a schema takes. Undefined for one that takes any key or does not tell. */
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

/** The schema of a value below, without what makes it optional. */
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

/** What stands in for the keys that a file leaves out, as it would be written there. valibot only. */
export function defaultsOf(schema: StandardSchema | undefined): Table {
  const entries = schema === undefined ? undefined : (schema as Inside).entries;
  if (!isObject(entries)) return {};
  const defaults = Object.entries(entries).map(([key, entry]) => [key, (entry as Inside).default] as const);
  return Object.fromEntries(defaults.filter(([, value]) => value !== undefined && typeof value !== 'function'));
}

/** The sentence that describes an entry: in its own pipe or in the one it wraps. valibot only. */
export function descriptionOf(schema: StandardSchema, key: string): string {
  const { entries } = schema as Inside;
  for (let entry = isObject(entries) ? entries[key] : undefined; isObject(entry); entry = (entry as Inside).wrapped) {
    const actions: readonly unknown[] = Array.isArray(entry.pipe) ? entry.pipe : [];
    const told = actions.find((action) => isObject(action) && action.type === 'description');
    if (isObject(told) && typeof told.description === 'string') return told.description;
  }
  return '';
}

/** Returns what a value of this key names outside of the hub, in a list or alone. valibot only. */
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
  // A pipe of a pipe has the inner one as its first step.
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
