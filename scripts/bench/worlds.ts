/**
 * Runs the hub in worlds drawn at random, spread over the cores, and lists those in which truth leaves a stated bound.
 *
 *   npm run bench:worlds -- --from A --to B [--kind full|servers|honest|simple|simple-any] [--json]
 *
 * A world fails (mark !) if truth leaves the majority bound, or the bound while no wrong server carries, or the bound with a wrong
 * carrier for more than three times what an ideal detector needs (src/lab/worlds/ideal-detector.ts). Exit status 0 whatever the
 * figures.
 */
import { parseArgs } from 'node:util';
import { isWorldKind, WORLD_KINDS, type WorldKind, worldToml } from '../../src/lab/worlds/index.js';
import { runWorld, type WorldResult } from '../../src/lab/worlds/run-world.js';
import { catalogue, parseScenario } from '../lab.js';
import { runInWorkers, serve } from '../workers.js';
import { summary, worldLine } from './worlds/lines.js';

interface Job {
  readonly kind: WorldKind;
  readonly seed: number;
}

async function run({ kind, seed }: Job): Promise<WorldResult> {
  const scenario = await parseScenario(worldToml(kind, seed), `world ${seed}`);
  return runWorld(scenario, { seed, catalogue, version: 'bench' });
}

async function main(): Promise<void> {
  const { values: options } = parseArgs({
    options: {
      from: { type: 'string', default: '1' },
      to: { type: 'string' },
      kind: { type: 'string', default: 'full' },
      json: { type: 'boolean' },
    },
  });
  const { kind } = options;
  if (!isWorldKind(kind)) throw new Error(`--kind is one of ${WORLD_KINDS.join(', ')}`);
  const [from, to] = [Number(options.from), Number(options.to ?? options.from)];
  const jobs = Array.from({ length: to - from + 1 }, (_, i): Job => ({ kind, seed: from + i }));
  const started = Date.now();
  const results = await runInWorkers<Job, WorldResult>(import.meta.filename, jobs);
  const rows = results.map((result, i) => ({ seed: jobs[i]!.seed, ...result }));
  if (options.json) console.log(JSON.stringify({ kind, from, to, rows }, undefined, 2));
  else
    console.log(
      [
        ...rows.filter(({ outsideS, outsideMajorityS }) => outsideS + (outsideMajorityS ?? 0) > 0).map(worldLine),
        '',
        ...summary(rows),
      ].join('\n'),
    );
  const cpuS = rows.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / 1e3;
  process.stderr.write(
    `\r${jobs.length} runs in ${Math.round((Date.now() - started) / 1e3)} s (${Math.round(cpuS)} s of CPU)\n`,
  );
}

if (process.argv.includes('--worker')) serve(run);
else await main();
