import { createRandom } from '../random.js';
import { drawServerWorld } from './draw-server-world.js';
import { drawSimpleWorld } from './draw-simple-world.js';
import { type TomlTable, toToml } from './toml-writer.js';

/**
 * Kinds of worlds. `full`: everything that the generator has. `servers`: the same with NTP servers on simple
 * paths only. `honest`: `full` without
 * wrong servers. `simple`: worlds that chrony can run in, with the asymmetries of real paths; `simple-any`: with any asymmetry.
 */
export const WORLD_KINDS = ['full', 'servers', 'honest', 'simple', 'simple-any'] as const;
export type WorldKind = (typeof WORLD_KINDS)[number];

const PARTS = {
  full: { lies: true, extras: true },
  servers: { lies: true, extras: false },
  honest: { lies: false, extras: true },
} as const;

export const isWorldKind = (text: string): text is WorldKind => (WORLD_KINDS as readonly string[]).includes(text);

/** Returns the table of the scenario of a world: the same kind and seed give the same table. */
export function drawWorld(kind: WorldKind, seed: number): TomlTable {
  const summary = `world ${seed} of kind ${kind}`;
  switch (kind) {
    case 'simple':
    case 'simple-any':
      return { summary, ...drawSimpleWorld(createRandom(seed, kind), kind === 'simple' ? 'real' : 'any') };
    default:
      return { summary, ...drawServerWorld(createRandom(seed, 'world'), PARTS[kind]) };
  }
}

/** Returns the scenario file of a world. */
export const worldToml = (kind: WorldKind, seed: number): string => toToml(drawWorld(kind, seed));
