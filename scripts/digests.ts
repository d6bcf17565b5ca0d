/**
 * Digests of every state of the hub. They prove that a change of the code's structure does not change its behaviour.
 *
 *   npm run digests                    compares with test/digests/baseline.txt; exit status 1 if one differs
 *   npm run digests -- --write         records a new baseline: for a commit that changes behaviour on purpose
 *   npm run digests -- --only REGEX    only the scenarios whose name matches; `demo` is the recorded run of the demo
 *
 * A scenario (seed 1) is run through the whole hub in virtual time: the digest covers offset, sigma and bound of each clock at
 * each second, the whole state once a minute, and the result of the run. The recorded run of the demo
 * (test/digests/demo.jsonl.gz) is replayed through the core: the digest covers the state after each tick and each event's
 * kind. Wording is left out of both: a better sentence is no change of behaviour. Floating-point functions may differ between
 * releases of V8, so the baseline names its release.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { TimeState } from '../src/api/index.js';
import { createEngine } from '../src/core/engine/engine.js';
import { createEstimator } from '../src/core/estimator/index.js';
import type { LeapTable } from '../src/core/leap/leap-table.js';
import { Replay } from '../src/kernel/event-log/replay.js';
import { simulate } from '../src/lab/scenario/index.js';
import { root } from '../test/place.js';
import { readArguments } from './arguments.js';
import { catalogue, readScenarioFile } from './lab.js';
import { runInWorkers, serve } from './workers.js';

const FOLDER = join(root, 'test/scenarios');
const BASELINE = join(root, 'test/digests/baseline.txt');
const DEMO = join(root, 'test/digests/demo.jsonl.gz');
const SEED = 1;
const WHOLE_STATE_EVERY_S = 60;

/** Returns numbers bit for bit and bigints as text. Leaves out sentences. */
function withoutWording(state: TimeState): string {
  const { reason: _, promise: __, sources, ...shown } = state;
  const clocks = state.clocks.map(({ majorityBoundNs: ___, majorityBoundGrowthPpb: ____, ...clock }) => clock);
  const rest = { ...shown, clocks };
  const numbers = sources.map(({ reason: __, ...source }) => source);
  return JSON.stringify({ ...rest, sources: numbers }, (___, value) =>
    typeof value === 'bigint' || Number.isNaN(value) ? String(value) : value,
  );
}

async function digestOfScenario(name: string): Promise<string> {
  const scenario = await readScenarioFile(join(FOLDER, `${name}.toml`));
  const hash = createHash('sha256');
  const onSecond = (second: number, state: TimeState): void => {
    if (second % WHOLE_STATE_EVERY_S === 0) hash.update(withoutWording(state));
    else for (const { offsetNs, sigmaNs, boundNs } of state.clocks) hash.update(`${offsetNs} ${sigmaNs} ${boundNs}\n`);
  };
  const result = await simulate(scenario, { seed: SEED, catalogue, version: 'digest', onSecond });
  const { cpuMs: _, meanNs: __, centredNs: ___, centredNormalised: ____, sources, ...rest } = result;
  const { majorityBoundViolations: _____, endMajorityBoundNs: ______, ...figures } = rest;
  hash.update(JSON.stringify({ ...figures, sources: sources.map(({ reason: __, ...source }) => source) }));
  return hash.digest('hex').slice(0, 16);
}

function digestOfDemo(): string {
  const hash = createHash('sha256');
  const replay = new Replay({
    createEngine: ({ core, leapTable }) => createEngine(core, createEstimator(), leapTable as LeapTable),
    onState: (state) => void hash.update(withoutWording(state)),
  });
  for (const line of gunzipSync(readFileSync(DEMO)).toString().split('\n')) replay.feed(line);
  hash.update(String(replay.report().events));
  return hash.digest('hex').slice(0, 16);
}

/** Returns a scenario's digest, or its error if it fails, so that the others are still compared. */
async function digestOf(name: string): Promise<string> {
  try {
    return await (name === 'demo' ? digestOfDemo() : digestOfScenario(name));
  } catch (error) {
    return `failed: ${(error as Error).message.split('\n')[0]}`;
  }
}

function readBaseline(): ReadonlyMap<string, string> {
  const lines = readFileSync(BASELINE, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => line.split(/ +/) as [string, string]));
}

async function main(): Promise<void> {
  const { values: options } = readArguments({ options: { write: { type: 'boolean' }, only: { type: 'string' } } });
  if (options.write && options.only !== undefined) throw new Error('--write records all of them: leave --only out');
  const all = [
    'demo',
    ...readdirSync(FOLDER)
      .filter((file) => file.endsWith('.toml'))
      .map((file) => basename(file, '.toml')),
  ];
  const wanted = new RegExp(options.only ?? '');
  const names = all.filter((name) => wanted.test(name)).sort();
  const digests = await runInWorkers<string, string>(import.meta.filename, names);
  const found = new Map(names.map((name, index) => [name, digests[index]]));
  const lines = names.map((name) => `${name} ${found.get(name)}`);
  if (options.write) {
    writeFileSync(
      BASELINE,
      `# ${names.length} digests, V8 ${process.versions.v8}; npm run digests\n${lines.join('\n')}\n`,
    );
    console.log(`${BASELINE}: ${names.length} digests`);
    return;
  }
  const baseline = readBaseline();
  const changed = names.filter((name) => baseline.get(name) !== found.get(name));
  for (const name of changed) console.log(`${name}: ${baseline.get(name) ?? '(not recorded)'} → ${found.get(name)}`);
  console.log(`${names.length - changed.length} of ${names.length} digests are the same`);
  process.exitCode = changed.length === 0 ? 0 : 1;
}

if (process.argv.includes('--worker')) serve(digestOf);
else await main();
