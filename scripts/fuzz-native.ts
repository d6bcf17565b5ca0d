/**
 * Builds the addon's readers with libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer, and runs them:
 *
 *   npm run fuzz:native -- [--runs N] [--seed N] [INPUT…]
 *
 * The same seed makes the same inputs. With INPUTs it runs these alone. clang comes from Debian's packages (test/peers.ts).
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fetchPeer, findPeer } from '../test/peers.js';
import { root } from '../test/place.js';
import { readArguments } from './arguments.js';

const READERS = 'address batch clocks control ethernet interface mac pdelay-answers stamped udp unix'.split(' ');
const SOURCES = ['test/native/fuzz.cc', 'test/native/fake-kernel.cc', ...READERS.map((name) => `native/${name}.cc`)];
const SANITIZE = ['-fsanitize=fuzzer,address,undefined', '-fno-sanitize-recover=all'];
const COMPILE = ['-std=c++17', '-g', '-O1', '-Wall', '-Wextra', '-D_GNU_SOURCE', ...SANITIZE];

const { values, positionals } = readArguments({
  options: { runs: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
  allowPositionals: true,
});

const problem = fetchPeer('clang');
const found = findPeer('clang');
if ('missing' in found) {
  console.error(`timehub: the addon is not fuzzed: ${problem}`);
  process.exit(process.env.TIMEHUB_REQUIRE_PEERS === '1' ? 1 : 0);
}
const { program, env } = found.peer;

const folder = join(root, 'build/fuzz');
const binary = join(folder, 'native');
mkdirSync(folder, { recursive: true });
run(`${program}++`, [...COMPILE, ...SOURCES, '-o', binary]);
// New inputs go into the first folder: an empty one, so that a run depends on the seed alone.
const inputs = join(folder, 'native-inputs');
rmSync(inputs, { recursive: true, force: true });
mkdirSync(inputs);
const guided = [`-runs=${values.runs}`, `-seed=${values.seed}`, inputs, 'test/native/corpus'];
const options = ['-max_len=4096', '-timeout=10', '-print_final_stats=1', `-artifact_prefix=${folder}/`];
run(binary, [...options, ...(positionals.length > 0 ? positionals : guided)]);

function run(command: string, parameters: readonly string[]): void {
  const { status, error } = spawnSync(command, parameters, { cwd: root, stdio: 'inherit', env });
  if (error !== undefined) console.error(`timehub: ${command}: ${error.message}`);
  if (status !== 0) process.exit(1);
}
