/**
 * Measures the hub's accuracy and compares it with chrony and the theoretical limit: every scenario of test/scenarios/table/,
 * seven seeds each, spread over the cores. A row is done if it is at or below its target, and honest if truth / sigma is within
 * 0.8 … 1.25 and the truth leaves the bound in less than 1e-4 of the seconds. Exit status 0 whatever the figures.
 *
 *   npm run bench:accuracy -- [--quick] [--rows REGEX] [--seeds N] [--first-seed N] [--json] [--write]
 *
 * --quick: one seed, a quarter of the steady part, for a first look only.
 * --first-seed: other seeds than the table's, which are 1 and up and were used to build the estimator.
 * --write: puts the table into docs/estimator.md.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Scenario, type SimulationResult, simulate } from '../../src/lab/scenario/index.js';
import { root } from '../../test/place.js';
import { readArguments } from '../arguments.js';
import { catalogue, readScenarioFile } from '../lab.js';
import { runInWorkers, serve } from '../workers.js';
import { linesOf, missesOf, pageTable, textTable } from './accuracy/table.js';

interface Job {
  readonly path: string;
  readonly seed: number;
  readonly quick: boolean;
}

const FOLDER = join(root, 'test/scenarios/table');
const PAGE = join(root, 'docs/estimator.md');
const MARK = '<!-- accuracy-table -->';
const END_MARK = '<!-- /accuracy-table -->';
const SEEDS = 7;
const QUICK_SHARE = 0.25;

async function run({ path, seed, quick }: Job): Promise<SimulationResult> {
  const scenario = await readScenarioFile(path);
  return simulate(quick ? shortened(scenario) : scenario, { seed, catalogue, version: 'bench' });
}

const shortened = (scenario: Scenario): Scenario =>
  scenario.reference?.figure !== 'rms'
    ? scenario
    : {
        ...scenario,
        duration: scenario['steady-from'] + (scenario.duration - scenario['steady-from']) * QUICK_SHARE,
        server: scenario.server.map((server) => ({
          ...server,
          event: server.event.filter(({ at }) => at <= scenario['steady-from']),
        })),
      };

/** Puts the table between its marks on the estimator's page. */
function writePage(table: string, misses: readonly string[], seeds: string): void {
  const text = readFileSync(PAGE, 'utf8');
  const [before, after] = [text.indexOf(MARK), text.indexOf(END_MARK)];
  if (before < 0 || after < before) throw new Error(`${PAGE} has no place for the table: ${MARK} … ${END_MARK}`);
  const verdict =
    misses.length === 0 ? 'No row misses.' : `What misses:\n\n${misses.map((miss) => `- ${miss}`).join('\n')}`;
  const page = `${MARK}\n\nSeeds ${seeds}; a mark ! means a limit is missed.\n\n${table}\n\n${verdict}\n\n`;
  writeFileSync(PAGE, text.slice(0, before) + page + text.slice(after));
}

async function main(): Promise<void> {
  const { values: options } = readArguments({
    options: {
      quick: { type: 'boolean', default: false },
      rows: { type: 'string' },
      seeds: { type: 'string' },
      'first-seed': { type: 'string', default: '1' },
      json: { type: 'boolean' },
      write: { type: 'boolean' },
    },
  });
  const { quick } = options;
  const seeds = Number(options.seeds ?? (quick ? 1 : SEEDS));
  const first = Number(options['first-seed']);
  if (options.write && (quick || options.rows !== undefined)) throw new Error('--write needs the whole table');
  const wanted = new RegExp(options.rows ?? '', 'i');
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.toml') && wanted.test(file));
  const rows = await Promise.all(
    files.map(async (file) => {
      const path = join(FOLDER, file);
      return { name: basename(file, '.toml'), path, scenario: await readScenarioFile(path) };
    }),
  );
  const cost = ({ scenario: { duration, tick, server } }: (typeof rows)[number]) =>
    (duration / tick) * (2 + server.length);
  const jobs = [...rows]
    .sort((a, b) => cost(b) - cost(a))
    .flatMap(({ path }) => Array.from({ length: seeds }, (_, i): Job => ({ path, seed: first + i, quick })));
  const started = Date.now();
  const results = await runInWorkers<Job, SimulationResult>(import.meta.filename, jobs);
  const lines = rows.flatMap((row) =>
    linesOf({ ...row, results: results.filter((_, i) => jobs[i]!.path === row.path) }),
  );
  const misses = missesOf(lines);
  if (options.json) console.log(JSON.stringify({ seeds, first, quick, rows: lines, misses }, undefined, 2));
  else console.log([textTable(lines), '', ...misses.map((miss) => `misses: ${miss}`)].join('\n'));
  if (options.write) writePage(pageTable(lines), misses, `${first} … ${first + seeds - 1}`);
  const cpuS = results.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / 1e3;
  process.stderr.write(
    `\r${jobs.length} runs in ${Math.round((Date.now() - started) / 1e3)} s (${Math.round(cpuS)} s of CPU)\n`,
  );
}

if (process.argv.includes('--worker')) serve(run);
else await main();
