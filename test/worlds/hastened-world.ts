import { join } from 'node:path';
import { Catalogue } from '../../src/kernel/plugins/catalogue.js';
import { readScenario } from '../../src/lab/scenario/index.js';
import { hastened } from '../../src/lab/worlds/hasten.js';
import { type WorldKind, worldToml } from '../../src/lab/worlds/index.js';
import { runWorld, type WorldResult } from '../../src/lab/worlds/run-world.js';
import { root } from '../place.js';

/** `npm run bench:worlds` takes whole worlds, and more of them. These have the same events in less time. */
const DURATION_NS = 1500e9;
/** Interval of the hub's ticks. It decides nothing here, and saves a third of the time. */
const TICK_NS = 4e9;

export const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

/** Runs a world of `npm run bench:worlds` with its events closer together. */
export async function runHastened(kind: WorldKind, seed: number): Promise<WorldResult> {
  const { scenario: world, problems } = await readScenario(worldToml(kind, seed), `world ${seed}`);
  if (world === undefined) throw new Error(problems.map(({ message }) => message).join('; '));
  const catalogue = new Catalogue();
  catalogue.addFolder(join(root, 'dist/plugins'));
  return runWorld(hastened({ ...world, tick: TICK_NS }, DURATION_NS), { seed, catalogue, version: 'test' });
}
