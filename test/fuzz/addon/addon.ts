import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from '../../place.js';

export type Call = (...values: readonly unknown[]) => unknown;

/** The addon as JavaScript sees it, without src/host around it. TIMEHUB_ADDON is the path of another build. */
export function loadAddon(): Readonly<Record<string, Call>> {
  const path = process.env.TIMEHUB_ADDON ?? join(root, 'build/Release/timehub.node');
  return createRequire(import.meta.url)(path) as Record<string, Call>;
}
