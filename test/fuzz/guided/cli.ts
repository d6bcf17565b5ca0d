import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../place.js';
import { buildTarget } from './build.js';
import { readCorpus, writeCorpus } from './corpus-file.js';
import { type Finding, fuzz, type Report } from './fuzzer.js';
import { smallest } from './smallest.js';
import { TARGET_NAMES, TARGETS, type TargetName } from './targets.js';

const USAGE = `npm run fuzz -- [TARGET…] [--runs N] [--seed N] [--keep]

Hands random inputs, guided by coverage, to the parsers of what outsiders send. --keep writes those inputs that together
pass all edges that were passed into test/fuzz/guided/corpus, for later runs to begin with.
Targets: ${TARGET_NAMES.join(', ')}
`;

const { values, positionals } = parseArgs({
  options: {
    runs: { type: 'string' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'boolean' },
    help: { type: 'boolean' },
  },
  allowPositionals: true,
});
const unknown = positionals.find((name) => !(name in TARGETS));
if (values.help || unknown !== undefined) {
  process.stderr.write(unknown === undefined ? USAGE : `fuzz: there is no target ${unknown}\n\n${USAGE}`);
  process.exit(values.help ? 0 : 2);
}

for (const name of (positionals.length > 0 ? positionals : TARGET_NAMES) as TargetName[]) {
  const built = await buildTarget(name);
  const runs = Number(values.runs ?? TARGETS[name].runs);
  const report = fuzz(built, { runs, seed: Number(values.seed), known: readCorpus(name) });
  process.stdout.write(`${lineOf(name, report)}\n`);
  for (const finding of report.findings) process.stdout.write(`  ${finding.message}\n  ${save(name, finding)}\n`);
  if (report.findings.length > 0) process.exitCode = 1;
  if (values.keep) writeCorpus(name, smallest(built, report.corpus));
}

function lineOf(name: string, report: Report): string {
  const { runs, cpuSeconds, edges, covered, outcomes, corpus, slowestMs, growth, findings } = report;
  return [
    name.padEnd(16),
    `${runs} inputs, ${Math.round(runs / cpuSeconds)} a second of the processor`,
    `${covered} of ${edges} edges, ${outcomes} outcomes by ${corpus.length} inputs`,
    `slowest ${slowestMs.toFixed(2)} ms, heap ${growth < 0 ? '' : '+'}${Math.round(growth / 1024)} KiB`,
    `${findings.length} findings`,
  ].join('; ');
}

/** Writes the input to a file. Returns its path. */
function save(name: string, { input }: Finding): string {
  const folder = join(root, 'build/fuzz/findings');
  const path = join(folder, `${name}-${createHash('sha1').update(input).digest('hex').slice(0, 8)}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, input);
  return path;
}
