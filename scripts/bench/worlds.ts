/**
 * Runs the hub in worlds drawn at random, spread over the cores, and lists those in which truth leaves a stated bound.
 *
 *   npm run bench:worlds -- --from A --to B [--kind full|servers|honest|simple|simple-any] [--json]
 *   npm run bench:worlds -- --from A --to B --kind simple --chrony <checkout of clknetsim> [--chronyd <program>]
 *   npm run bench:worlds -- --shrink SEED [--kind …] [--keep]
 *
 * A world fails (mark !) if truth leaves the majority bound, or the bound while no wrong server carries, or the bound with a wrong
 * carrier for more than three times what an ideal detector needs (src/lab/worlds/ideal-detector.ts). Seconds after a step of the
 * clock, before any source has been asked again, are told apart (src/lab/worlds/unseen-steps.ts). Exit status 0 whatever the figures.
 *
 * --chrony runs chronyd beside the hub, in worlds of a simple kind, and prints the ratio of the errors (RMS from 2000 s on) of each.
 *
 * --shrink leaves out of a failing world all that it does not need to fail in the same way, and prints the rest; --keep writes it into
 * test/scenarios with the limits that it must keep.
 */

import { isWorldKind, WORLD_KINDS, type WorldKind, worldToml } from '../../src/lab/worlds/index.js';
import { runWorld } from '../../src/lab/worlds/run-world.js';
import { readArguments } from '../arguments.js';
import { catalogue, parseScenario } from '../lab.js';
import { runInWorkers, serve } from '../workers.js';
import { chronyErrors } from './clknetsim.js';
import { summary, type WorldRow, worldLine } from './worlds/lines.js';
import { nearestAsymmetryNs, type RatioRow, ratioLine, ratioSummary } from './worlds/ratios.js';
import { keepWorld, shrinkWorld } from './worlds/shrink-world.js';

interface Job {
  readonly kind: WorldKind;
  readonly seed: number;
  /** The checkout of clknetsim, and the program that runs in it. */
  readonly chrony?: { readonly folder: string; readonly chronyd: string } | undefined;
}

async function run({ kind, seed, chrony }: Job): Promise<RatioRow> {
  const scenario = await parseScenario(worldToml(kind, seed), `world ${seed}`);
  const row: WorldRow = { seed, ...(await runWorld(scenario, { seed, catalogue, version: 'bench' })) };
  if (chrony === undefined) return row;
  const { rmsNs: chronyNs } = await chronyErrors(scenario, { seed, ...chrony });
  return { ...row, chronyNs, asymmetryNs: nearestAsymmetryNs(scenario) };
}

async function main(): Promise<void> {
  const { values: options } = readArguments({
    options: {
      from: { type: 'string', default: '1' },
      to: { type: 'string' },
      kind: { type: 'string', default: 'full' },
      json: { type: 'boolean' },
      chrony: { type: 'string' },
      chronyd: { type: 'string', default: 'chronyd' },
      shrink: { type: 'string' },
      keep: { type: 'boolean' },
    },
  });
  const { kind, chronyd } = options;
  if (!isWorldKind(kind)) throw new Error(`--kind is one of ${WORLD_KINDS.join(', ')}`);
  if (options.shrink !== undefined) {
    await shrink(kind, Number(options.shrink), options.keep === true);
    return;
  }
  const [from, to] = [Number(options.from), Number(options.to ?? options.from)];
  const chrony = options.chrony === undefined ? undefined : { folder: options.chrony, chronyd };
  const jobs = Array.from({ length: to - from + 1 }, (_, i): Job => ({ kind, seed: from + i, chrony }));
  const started = Date.now();
  const rows = await runInWorkers<Job, RatioRow>(import.meta.filename, jobs);
  const left = rows.filter(({ outsideS, outsideMajorityS }) => outsideS + outsideMajorityS > 0);
  const ratios = chrony === undefined ? [] : [...rows.map(ratioLine), '', ...ratioSummary(rows)];
  if (options.json) console.log(JSON.stringify({ kind, from, to, rows }, undefined, 2));
  else console.log([...left.map(worldLine), '', ...summary(rows), ...ratios].join('\n'));
  const cpuS = rows.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / 1e3;
  process.stderr.write(
    `\r${jobs.length} runs in ${Math.round((Date.now() - started) / 1e3)} s (${Math.round(cpuS)} s of CPU)\n`,
  );
}

async function shrink(kind: WorldKind, seed: number, keep: boolean): Promise<void> {
  const small = await shrinkWorld(kind, seed, (lines) => process.stderr.write(`\r${lines} lines left `));
  if (small === undefined) console.log(`World ${seed} of kind ${kind} does not fail.`);
  else if (keep) console.log(`World ${seed}: ${small.failure}. Written to ${keepWorld(small.toml, kind, seed)}.`);
  else console.log(`\n${small.toml}`);
}

if (process.argv.includes('--worker')) serve(run);
else await main();
