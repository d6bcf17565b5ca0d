/** Scenarios and plugins for scripts that run the hub in the lab. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Catalogue } from '../src/kernel/plugins/catalogue.js';
import { readScenario, type Scenario } from '../src/lab/scenario/index.js';
import { root } from '../test/place.js';

/** The plugins of the compiled tree. */
export const catalogue = new Catalogue();
catalogue.addFolder(join(root, 'dist/plugins'));

/** Reads a scenario file. Throws an Error that names all its mistakes. */
export const readScenarioFile = (path: string): Promise<Scenario> => parseScenario(readFileSync(path, 'utf8'), path);

export async function parseScenario(toml: string, path: string): Promise<Scenario> {
  const { scenario, problems } = await readScenario(toml, path);
  if (scenario !== undefined) return scenario;
  throw new Error(`${path}: ${problems.map(({ message }) => message).join('; ')}`);
}
