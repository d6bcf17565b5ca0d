import { readFileSync } from 'node:fs';
import { HubError } from '../api/index.js';
import { formatProblems } from '../kernel/config/index.js';
import { Catalogue } from '../kernel/plugins/catalogue.js';
import { readScenario } from '../lab/scenario/read.js';
import { simulate } from '../lab/scenario/simulate.js';
import { EXIT, type ExitStatus } from './exit.js';
import { pluginFolder } from './package-root.js';
import { VERSION } from './version.js';

interface SimulateOptions {
  readonly seed: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly record?: string;
}

/** `timehub simulate FILE --seed N`: runs a scenario in virtual time and prints its result. */
export async function run(path: string, options: SimulateOptions): Promise<ExitStatus> {
  const seed = Number(options.seed);
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffff_ffff)
    throw new HubError('TH_CLI_USAGE', `the seed must be a whole number from 0 to 4294967295, got "${options.seed}"`);
  const { scenario, problems } = await readScenario(readText(path), path);
  if (problems !== undefined) {
    console.error(formatProblems(problems));
    return EXIT.config;
  }
  const catalogue = new Catalogue();
  catalogue.addFolder(pluginFolder());
  const onEvent = (atS: number, text: string) => console.error(`${atS.toFixed(3)} s  ${text}`);
  const result = await simulate(scenario, {
    seed,
    catalogue,
    version: VERSION,
    ...(options.record === undefined ? {} : { record: options.record }),
    ...(options.verbose === true ? { onEvent } : {}),
  });
  console.log(JSON.stringify(result, undefined, options.json === true ? undefined : 2));
  return EXIT.synchronised;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new HubError('TH_CLI_FILE', `${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
