import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatProblems } from '../src/kernel/config/index.js';
import { Catalogue } from '../src/kernel/plugins/catalogue.js';
import { checkLimits, readScenario, simulate } from '../src/lab/scenario/index.js';
import { root } from './place.js';
import type { Report } from './scenario-pool.js';

/** Runs the scenario files that the parent process names, one after the other, each with the seed of its limits. */
const catalogue = new Catalogue();
catalogue.addFolder(join(root, 'dist/plugins'));

async function report(path: string): Promise<Report> {
  const { scenario, problems } = await readScenario(readFileSync(path, 'utf8'), path);
  if (problems !== undefined) return { error: formatProblems(problems) };
  const { limits } = scenario;
  if (limits === undefined) return { error: `${path} has no [limits]` };
  const result = await simulate(scenario, { seed: limits.seed, catalogue, version: 'test' });
  return { faults: checkLimits(limits, result), expect: limits.expect, because: limits.because };
}

process.on('message', (path: string) => {
  const failed = (error: Error): Report => ({ error: error.stack ?? error.message });
  void report(path)
    .catch(failed)
    .then((answer) => process.send!(answer));
});
