import { nearest } from '../../errors/nearest.js';
import type { PluginCatalogue } from '../config.js';
import { hubSchema, sinkOptionsSchema, sourceOptionsSchema, targetSchema } from '../schema/hub-schema.js';
import { keysOf } from '../schema/schema-keys.js';
import { showHeader } from '../toml-value.js';
import { abridged, type Finding } from './finding.js';
import type { KeyPath } from './place-index.js';

/** Keys outside of tables. */
export const TOP_KEYS = ['preset', 'plugins'] as const;

/** Top-level tables. */
export const SECTIONS = ['hub', 'source', 'sink', 'target', 'lab'] as const;

const HOMES: readonly (readonly [string, readonly string[]])[] = [
  ['at the top of the file, before the first table', TOP_KEYS],
  ['in [hub]', keysOf(hubSchema) ?? []],
  ['in [target]', keysOf(targetSchema) ?? []],
  ['in [source.type.name]', keysOf(sourceOptionsSchema) ?? []],
  ['in [sink.type.name]', keysOf(sinkOptionsSchema) ?? []],
];

/** Returns a hint with the table to which a key belongs that is unknown at `path`, or undefined. */
export function belongsTo(key: string, path: KeyPath, { types }: PluginCatalogue): string | undefined {
  const fixed = HOMES.filter(([, keys]) => keys.includes(key)).map(([home]) => home);
  if (fixed.length > 0) return `it belongs ${[...new Set(fixed)].slice(0, 2).join(' or ')}`;
  const [kind, type] = path;
  const other = kind === 'source' ? 'sink' : 'source';
  const twin = types.get(`${other}.${type}`)?.definition;
  return twin !== undefined && keysOf(twin.config)?.includes(key) ? `it belongs in [${other}.${type}.name]` : undefined;
}

/** Returns the finding of a key that its table does not have. `elsewhere`: hint that names the right table. */
export function unknownKey(table: KeyPath, key: string, known: readonly string[], elsewhere?: string): Finding {
  const meant = elsewhere === undefined ? nearest(key, known) : undefined;
  const list = known.length === 0 ? undefined : `known: ${abridged(known)}`;
  return {
    code: 'TH_CFG_UNKNOWN_KEY',
    path: [...table, key],
    at: 'key',
    message: `unknown key "${key}" in ${showHeader(table)}`,
    ...(meant === undefined ? { hint: elsewhere ?? list } : { hint: `did you mean "${meant}"?`, meant }),
  };
}
