#!/usr/bin/env node
/**
 * How exact the hub is, beside chrony and beside what is possible: every scenario of test/scenarios/table/ with seven
 * seeds, spread over the cores. A row is done when it is at or below its target, and honest when truth / sigma is within
 * 0.8 … 1.25 and the truth leaves the bound in less than 1e-4 of the seconds. Exit status 0 whatever the figures.
 *
 *   node scripts/bench-accuracy.mjs [--quick] [--rows REGEX] [--seeds N] [--first-seed N] [--json] [--write]
 *
 * --quick: one seed, a quarter of the steady part; for a first look, not for comparisons.
 * --first-seed: other seeds than the table's, which are 1 and up: what was not looked at while the estimator was built.
 * --write: puts the table into docs/estimator.md.
 */
import { fork } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { setup } from './setup.mjs';
import { root } from './tree.mjs';

const FOLDER = join(root, 'test/scenarios/table');
const PAGE = join(root, 'docs/estimator.md');
const MARK = '<!-- accuracy-table -->';
const END_MARK = '<!-- /accuracy-table -->';
const SEEDS = 7;
const QUICK_SHARE = 0.25;

const lab = () => import('../dist/src/lab/scenario/index.js');

async function readRow(path) {
  const { readScenario } = await lab();
  const { scenario, problems } = await readScenario(readFileSync(path, 'utf8'), path);
  if (scenario === undefined) throw new Error(`${path}: ${problems.map(({ message }) => message).join('; ')}`);
  return scenario;
}

const shortened = (scenario) =>
  scenario.reference.figure !== 'rms'
    ? scenario
    : {
        ...scenario,
        duration: scenario['steady-from'] + (scenario.duration - scenario['steady-from']) * QUICK_SHARE,
        server: scenario.server.map((server) => ({
          ...server,
          event: server.event.filter(({ at }) => at <= scenario['steady-from']),
        })),
      };

/** A worker: scenarios in, results out. */
async function work() {
  const [{ simulate }, { Catalogue }] = await Promise.all([lab(), import('../dist/src/kernel/plugins/catalogue.js')]);
  const catalogue = new Catalogue();
  catalogue.addFolder(join(root, 'dist/plugins'));
  process.on('message', async ({ path, seed, quick }) => {
    try {
      const scenario = await readRow(path);
      const result = await simulate(quick ? shortened(scenario) : scenario, { seed, catalogue, version: 'bench' });
      process.send({ result });
    } catch (error) {
      process.send({ error: error.stack });
    }
  });
  process.send({ ready: true });
}

/** Runs the jobs on all cores, the longest first; answers with their results in the order of the jobs. */
function runAll(jobs, onDone) {
  const results = new Array(jobs.length);
  const order = [...jobs.keys()].sort((a, b) => jobs[b].cost - jobs[a].cost);
  const workers = Math.min(availableParallelism(), jobs.length);
  return new Promise((resolve, reject) => {
    let left = jobs.length;
    for (let i = 0; i < workers; i++) {
      const child = fork(import.meta.filename, ['--worker'], { stdio: 'inherit' });
      let current;
      const next = () => {
        current = order.shift();
        if (current === undefined) child.disconnect();
        else child.send(jobs[current]);
      };
      child.on('message', ({ result, error }) => {
        if (error !== undefined)
          return reject(new Error(`${basename(jobs[current].path)}, seed ${jobs[current].seed}: ${error}`));
        if (result !== undefined) {
          results[current] = result;
          onDone(--left);
          if (left === 0) resolve(results);
        }
        next();
      });
      child.on('exit', (code) => code !== 0 && reject(new Error(`a worker ended with status ${code}`)));
    }
  });
}

/** Puts the table between its marks on the estimator's page. */
function writePage(table, misses, seeds) {
  const text = readFileSync(PAGE, 'utf8');
  const [before, after] = [text.indexOf(MARK), text.indexOf(END_MARK)];
  if (before < 0 || after < before) throw new Error(`${PAGE} has no place for the table: ${MARK} … ${END_MARK}`);
  const verdict =
    misses.length === 0 ? 'No row misses.' : `What misses:\n\n${misses.map((miss) => `- ${miss}`).join('\n')}`;
  const page = `${MARK}\n\nSeeds ${seeds}; a mark ! means a limit is missed.\n\n${table}\n\n${verdict}\n\n`;
  writeFileSync(PAGE, text.slice(0, before) + page + text.slice(after));
}

async function main() {
  const { values: options } = parseArgs({
    options: {
      quick: { type: 'boolean' },
      rows: { type: 'string' },
      seeds: { type: 'string' },
      'first-seed': { type: 'string', default: '1' },
      json: { type: 'boolean' },
      write: { type: 'boolean' },
    },
  });
  if (process.env.TIMEHUB_NO_SETUP === undefined) setup();
  const { linesOf, missesOf, pageTable, textTable } = await import('./accuracy/table.mjs');
  const seeds = Number(options.seeds ?? (options.quick ? 1 : SEEDS));
  const first = Number(options['first-seed']);
  if (options.write && (options.quick || options.rows !== undefined)) throw new Error('--write needs the whole table');
  const wanted = new RegExp(options.rows ?? '', 'i');
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.toml') && wanted.test(file));
  const rows = await Promise.all(
    files.map(async (file) => ({
      name: basename(file, '.toml'),
      path: join(FOLDER, file),
      scenario: await readRow(join(FOLDER, file)),
    })),
  );
  const cost = ({ duration, tick, server }) => (duration / tick) * (2 + server.length);
  const jobs = rows.flatMap(({ path, scenario }) =>
    Array.from({ length: seeds }, (_, i) => ({
      path,
      seed: first + i,
      quick: options.quick === true,
      cost: cost(scenario),
    })),
  );
  const started = Date.now();
  const tell = (left) => process.stderr.isTTY && process.stderr.write(`\r${left} runs left `);
  const results = await runAll(jobs, tell);
  const lines = rows.flatMap((row, i) => linesOf({ ...row, results: results.slice(i * seeds, (i + 1) * seeds) }));
  const misses = missesOf(lines);
  if (options.json)
    console.log(JSON.stringify({ seeds, first, quick: options.quick === true, rows: lines, misses }, undefined, 2));
  else console.log([textTable(lines), '', ...misses.map((miss) => `misses: ${miss}`)].join('\n'));
  if (options.write) writePage(pageTable(lines), misses, `${first} … ${first + seeds - 1}`);
  const cpuS = results.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / 1e3;
  process.stderr.write(
    `\r${jobs.length} runs in ${Math.round((Date.now() - started) / 1e3)} s (${Math.round(cpuS)} s of CPU)\n`,
  );
}

await (process.argv.includes('--worker') ? work() : main());
