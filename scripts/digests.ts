#!/usr/bin/env node
// @ts-check
/**
 * Digests of every state that the hub comes to, to prove that a change of the code's shape does not change its behaviour.
 *
 *   npm run digests                    compares with test/digests/baseline.txt; exit status 1 if one differs
 *   npm run digests -- --write         records the baseline anew: for a commit that changes behaviour on purpose
 *   npm run digests -- --only REGEX    only the scenarios whose name matches; `demo` is the recorded run of the demo
 *
 * A scenario (seed 1) is run through the whole hub in virtual time: the digest covers offset, sigma and bound of each clock at
 * each second, the whole state once a minute, and the result of the run. The recorded run of the demo (test/digests/demo.jsonl.gz) is replayed through
 * the core: the digest covers the state after each tick and each event's kind. Wording is left out of both: a better sentence is
 * no change of behaviour. Floating-point functions may differ between releases of V8, so the baseline names its release.
 */
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { setup } from './setup.mjs';
import { root } from './tree.mjs';

const FOLDER = join(root, 'test/scenarios');
const BASELINE = join(root, 'test/digests/baseline.txt');
const DEMO = join(root, 'test/digests/demo.jsonl.gz');
const SEED = 1;
const WHOLE_STATE_EVERY_S = 60;

/** @typedef {import('../dist/src/api/index.js').TimeState} TimeState */

/** Numbers bit for bit, bigints as text, and no sentences.
 * @param {TimeState} state */
function withoutWording(state) {
  const { reason: _, sources, ...rest } = state;
  const numbers = sources.map(({ reason: __, ...source }) => source);
  return JSON.stringify({ ...rest, sources: numbers }, (___, value) =>
    typeof value === 'bigint' || Number.isNaN(value) ? String(value) : value,
  );
}

/** @param {string} name */
async function digestOfScenario(name) {
  const [{ readScenario, simulate }, { Catalogue }] = await Promise.all([
    import('../dist/src/lab/scenario/index.js'),
    import('../dist/src/kernel/plugins/catalogue.js'),
  ]);
  const catalogue = new Catalogue();
  catalogue.addFolder(join(root, 'dist/plugins'));
  const path = join(FOLDER, `${name}.toml`);
  const { scenario, problems } = await readScenario(readFileSync(path, 'utf8'), path);
  if (scenario === undefined) throw new Error(`${path}: ${problems.map(({ message }) => message).join('; ')}`);
  const hash = createHash('sha256');
  const onSecond = (/** @type {number} */ second, /** @type {TimeState} */ state) => {
    if (second % WHOLE_STATE_EVERY_S === 0) hash.update(withoutWording(state));
    else for (const { offsetNs, sigmaNs, boundNs } of state.clocks) hash.update(`${offsetNs} ${sigmaNs} ${boundNs}\n`);
  };
  const result = await simulate(scenario, { seed: SEED, catalogue, version: 'digest', onSecond });
  const { cpuMs: _, sources, ...figures } = result;
  hash.update(JSON.stringify({ ...figures, sources: sources.map(({ reason: __, ...source }) => source) }));
  return hash.digest('hex').slice(0, 16);
}

async function digestOfDemo() {
  const [{ Replay }, { createEngine }, { createEstimator }] = await Promise.all([
    import('../dist/src/kernel/record/replay.js'),
    import('../dist/src/core/engine.js'),
    import('../dist/src/core/estimator/index.js'),
  ]);
  const hash = createHash('sha256');
  const replay = new Replay({
    createEngine: ({ core, leapTable }) => createEngine(core, createEstimator(), /** @type {any} */ (leapTable)),
    onState: (state) => hash.update(withoutWording(state)),
  });
  for (const line of gunzipSync(readFileSync(DEMO)).toString().split('\n')) replay.feed(line);
  hash.update(String(replay.report().events));
  return hash.digest('hex').slice(0, 16);
}

/** A worker: a name comes in, its digest goes out. */
function work() {
  process.on('message', async (/** @type {string} */ name) => {
    try {
      process.send?.({ name, digest: await (name === 'demo' ? digestOfDemo() : digestOfScenario(name)) });
    } catch (error) {
      process.send?.({ name, digest: `failed: ${/** @type {Error} */ (error).message.split('\n')[0]}` });
    }
  });
}

/** @param {readonly string[]} names */
function digestsOf(names) {
  const waiting = [...names];
  /** @type {Map<string, string>} */
  const found = new Map();
  const workers = Array.from({ length: Math.min(availableParallelism(), names.length) }, () => {
    const child = fork(import.meta.filename, ['--worker'], { stdio: 'inherit' });
    const next = () => {
      const name = waiting.shift();
      if (name === undefined) child.disconnect();
      else child.send(name);
    };
    child.on('message', (/** @type {{ name: string, digest: string }} */ { name, digest }) => {
      found.set(name, digest);
      if (process.stderr.isTTY) process.stderr.write(`\r${names.length - found.size} left `);
      next();
    });
    next();
    return /** @type {Promise<void>} */ (
      new Promise((resolve, reject) =>
        child.on('exit', (status) => (status === 0 ? resolve() : reject(new Error(`a worker exited with ${status}`)))),
      )
    );
  });
  return Promise.all(workers).then(() => found);
}

function readBaseline() {
  const lines = readFileSync(BASELINE, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => /** @type {[string, string]} */ (line.split(/ +/))));
}

async function main() {
  const { values: options } = parseArgs({ options: { write: { type: 'boolean' }, only: { type: 'string' } } });
  if (options.write && options.only !== undefined) throw new Error('--write records all of them: leave --only out');
  if (process.env.TIMEHUB_NO_SETUP === undefined) setup();
  const all = [
    'demo',
    ...readdirSync(FOLDER)
      .filter((file) => file.endsWith('.toml'))
      .map((file) => basename(file, '.toml')),
  ];
  const wanted = new RegExp(options.only ?? '');
  const names = all.filter((name) => wanted.test(name)).sort();
  const found = await digestsOf(names);
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

await (process.argv.includes('--worker') ? work() : main());
