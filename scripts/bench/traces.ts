/**
 * Runs the hub on recorded delays and oscillators, and chronyd in clknetsim beside it on the same ones.
 *
 *   npm run bench:traces -- <folder of the recordings> [--chrony <checkout of clknetsim>] [--chronyd <program>]
 *                           [--seeds N] [--only REGEX] [--json]
 *
 * The recordings are not part of the project: nist1-oneway.csv (time, delay up, delay down, …; s), osc-pc-loopstats.csv (time in
 * s, offset, correction in ppm) and tsn-cross900mbps.csv (delay, s), each with one line of titles. The seed draws where in them a run
 * starts, for both programs alike; both steer and ask at the same interval.
 *
 * The hub must be below 0.8 of chrony's error in the median of the seeds and below 1 in each, its error / sigma within 0.8 … 1.4,
 * and the truth never outside the bound. Errors and error / sigma are without the mean error: that is the asymmetry of the path,
 * which no program can see. A mark ! means a limit is missed. Exit status 0 whatever the figures.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { simulate } from '../../src/lab/scenario/index.js';
import { readArguments } from '../arguments.js';
import { catalogue, parseScenario } from '../lab.js';
import { runInWorkers, serve } from '../workers.js';
import { chronyErrors } from './clknetsim.js';
import { alignedColumns } from './figures.js';
import { traceCases } from './traces/cases.js';
import { TITLES, type TraceRow, tableLine, verdict } from './traces/lines.js';

interface Job {
  readonly toml: string;
  readonly seed: number;
  /** The checkout of clknetsim, and the program that runs in it. */
  readonly chrony?: { readonly folder: string; readonly chronyd: string } | undefined;
}

async function run({ toml, seed, chrony }: Job): Promise<TraceRow> {
  const scenario = await parseScenario(toml, 'recorded delays');
  const result = await simulate(scenario, { seed, catalogue, version: 'bench' });
  const row: TraceRow = {
    seed,
    rmsNs: result.rmsNs,
    centredNs: result.centredNs,
    normalised: result.centredNormalised,
    outsideS: result.boundViolations,
    steadyS: result.steadyS,
  };
  return chrony === undefined ? row : { ...row, chrony: await chronyErrors(scenario, { seed, ...chrony }) };
}

async function main(): Promise<void> {
  const { values: options, positionals } = readArguments({
    allowPositionals: true,
    options: {
      chrony: { type: 'string' },
      chronyd: { type: 'string', default: 'chronyd' },
      seeds: { type: 'string', default: '7' },
      only: { type: 'string', default: '' },
      json: { type: 'boolean' },
    },
  });
  const [recordings] = positionals;
  if (recordings === undefined) throw new Error('name the folder of the recordings');
  const chrony = options.chrony === undefined ? undefined : { folder: options.chrony, chronyd: options.chronyd };
  const seeds = Array.from({ length: Number(options.seeds) }, (_, index) => index + 1);
  const made = mkdtempSync(join(tmpdir(), 'traces-'));
  try {
    const cases = traceCases(resolve(recordings), made).filter(({ name }) => new RegExp(options.only).test(name));
    const jobs = cases.flatMap(({ toml }) => seeds.map((seed): Job => ({ toml, seed, chrony })));
    const rows = await runInWorkers<Job, TraceRow>(import.meta.filename, jobs);
    const groups = cases.map((each, index) => ({
      ...each,
      rows: rows.slice(index * seeds.length, (index + 1) * seeds.length),
    }));
    if (options.json) console.log(JSON.stringify(groups, undefined, 2));
    else
      for (const group of groups) {
        console.log(`\n${group.name}\n\n${alignedColumns([TITLES, ...group.rows.map(tableLine)])}\n`);
        console.log(verdict(group.rows, group.mostNs).join('\n'));
      }
  } finally {
    rmSync(made, { recursive: true });
  }
}

if (process.argv.includes('--worker')) serve(run);
else await main();
