import { readFileSync } from 'node:fs';
import { HubError } from '../api/index.js';
import { formatProblems } from '../kernel/config/index.js';
import { Catalogue } from '../kernel/plugins/catalogue.js';
import { readScenario } from '../lab/scenario/read.js';
import { simulate } from '../lab/scenario/simulate.js';
import { isWorldKind, WORLD_KINDS, worldToml } from '../lab/worlds/index.js';
import { EXIT, type ExitStatus } from './exit.js';
import { pluginFolder } from './package-root.js';
import { VERSION } from './version.js';

interface SimulateOptions {
  readonly seed?: string;
  readonly world?: string;
  readonly kind: string;
  readonly print?: boolean;
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly record?: string;
}

/** `timehub simulate FILE --seed N`, or `--world N`: runs a scenario in virtual time and prints its result. */
export async function run(file: string | undefined, options: SimulateOptions): Promise<ExitStatus> {
  const { path, text } = scenarioText(file, options);
  if (options.print === true) {
    process.stdout.write(text);
    return EXIT.synchronised;
  }
  const seed = wholeNumber('seed', options.seed ?? options.world ?? '1');
  const { scenario, problems } = await readScenario(text, path);
  if (problems !== undefined) {
    console.error(formatProblems(problems));
    return EXIT.config;
  }
  const catalogue = new Catalogue();
  catalogue.addFolder(pluginFolder());
  const onEvent = (atS: number, event: string) => console.error(`${atS.toFixed(3)} s  ${event}`);
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

function scenarioText(
  file: string | undefined,
  { world, kind }: SimulateOptions,
): { readonly path: string; readonly text: string } {
  if ((file === undefined) === (world === undefined))
    throw new HubError('TH_CLI_USAGE', 'give either a scenario file or --world with its number');
  if (file !== undefined) return { path: file, text: readText(file) };
  if (!isWorldKind(kind))
    throw new HubError('TH_CLI_USAGE', `the kind must be one of ${WORLD_KINDS.join(', ')}, got "${kind}"`);
  return { path: `world ${world}`, text: worldToml(kind, wholeNumber('number of a world', world!)) };
}

function wholeNumber(what: string, text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 0xffff_ffff)
    throw new HubError('TH_CLI_USAGE', `the ${what} must be a whole number from 0 to 4294967295, got "${text}"`);
  return value;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new HubError('TH_CLI_FILE', `${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
