/**
 * Builds the addon's readers with libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer, and runs them:
 *
 *   node scripts/fuzz-native.mjs [--runs N] [--seed N] [INPUT…]
 *
 * The same seed makes the same inputs. With INPUTs it runs these alone. clang comes from Debian's packages (test/peers.ts).
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './tree.mjs';

const SOURCES = [
  ...[
    'address',
    'batch',
    'clocks',
    'control',
    'ethernet',
    'interface',
    'mac',
    'pdelay-answers',
    'stamped',
    'udp',
    'unix',
  ],
].map((name) => `native/${name}.cc`);
const SANITIZE = '-fsanitize=fuzzer,address,undefined';
const DEFAULT_RUNS = '1000000';

const { values, positionals } = parseArgs({
  options: { runs: { type: 'string', default: DEFAULT_RUNS }, seed: { type: 'string', default: '1' } },
  allowPositionals: true,
});

const { fetchPeer, findPeer } = await import('../dist/test/peers.js');
const missing = fetchPeer('clang');
if (missing !== '') {
  console.error(`timehub: the addon is not fuzzed: ${missing}`);
  process.exit(process.env.TIMEHUB_REQUIRE_PEERS === '1' ? 1 : 0);
}
const { program, env } = findPeer('clang').peer;

const folder = join(root, 'build/fuzz');
const binary = join(folder, 'native');
mkdirSync(folder, { recursive: true });
run(`${program}++`, [
  ...['-std=c++17', '-g', '-O1', '-Wall', '-Wextra', '-D_GNU_SOURCE', SANITIZE, '-fno-sanitize-recover=all'],
  ...['test/native/fuzz.cc', 'test/native/fake-kernel.cc', ...SOURCES, '-o', binary],
]);
// New inputs go into the first folder: an empty one, so that a run depends on the seed alone.
const found = join(folder, 'native-inputs');
rmSync(found, { recursive: true, force: true });
mkdirSync(found);
const guided = [`-runs=${values.runs}`, `-seed=${values.seed}`, found, 'test/native/corpus'];
const options = ['-max_len=4096', '-timeout=10', '-print_final_stats=1', `-artifact_prefix=${folder}/`];
run(binary, [...options, ...(positionals.length > 0 ? positionals : guided)]);

function run(command, parameters) {
  const { status, error } = spawnSync(command, parameters, { cwd: root, stdio: 'inherit', env });
  if (error !== undefined) console.error(`timehub: ${command}: ${error.message}`);
  if (status !== 0) process.exit(1);
}
