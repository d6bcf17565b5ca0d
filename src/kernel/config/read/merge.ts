import type { Table } from '../config.js';
import { isTable } from '../toml-value.js';

/** Levels of tables that are merged key by key; deeper values are replaced as a whole. */
const LEVELS: Readonly<Record<string, number>> = { source: 3, sink: 3 };

/** Merges `upper` over `lower`: instances are overridden key by key, lists of plugins are joined. */
export function mergeTables(lower: Table, upper: Table): Table {
  const merged: Record<string, unknown> = { ...lower };
  for (const [key, value] of Object.entries(upper)) {
    const below = Object.hasOwn(lower, key) ? lower[key] : undefined;
    merged[key] = key === 'plugins' ? joined(below, value) : overlaid(below, value, LEVELS[key] ?? 1);
  }
  return merged;
}

function overlaid(lower: unknown, upper: unknown, levels: number): unknown {
  if (levels === 0 || !isTable(lower) || !isTable(upper)) return upper;
  const merged: Record<string, unknown> = { ...lower };
  for (const [key, value] of Object.entries(upper)) {
    merged[key] = overlaid(Object.hasOwn(lower, key) ? lower[key] : undefined, value, levels - 1);
  }
  return merged;
}

const joined = (lower: unknown, upper: unknown): unknown =>
  Array.isArray(lower) && Array.isArray(upper) ? [...new Set([...lower, ...upper])] : upper;
