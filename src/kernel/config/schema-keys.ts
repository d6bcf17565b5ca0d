import type { StandardSchema } from '../../api/index.js';

/**
 * The keys that a schema takes, read off the object itself for the libraries that show them (valibot, zod). Undefined for
 * a schema that takes any key or does not tell.
 */
export function keysOf(schema: StandardSchema): readonly string[] | undefined {
  const shape = schema as {
    readonly type?: unknown;
    readonly entries?: unknown;
    readonly shape?: unknown;
    readonly def?: unknown;
  };
  if (isObject(shape.entries)) {
    return shape.type === 'strict_object' || shape.type === 'object' ? Object.keys(shape.entries) : undefined;
  }
  if (!isObject(shape.shape)) return undefined;
  const rest = isObject(shape.def) ? shape.def.catchall : undefined;
  const closed = rest === undefined || (isObject(rest) && rest.type === 'never');
  return closed ? Object.keys(shape.shape) : undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
