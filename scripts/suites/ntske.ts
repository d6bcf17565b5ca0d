/**
 * Runs the conformance checks of ntske-test against the key exchange of a hub and, side by side, against that of chronyd. Prints
 * a Markdown table.
 *
 *   npm run suite:ntske -- PATH [--fuzz SECONDS]
 *
 * PATH: the program, built from github.com/mlichvar/ntske-test with GnuTLS. `--fuzz`: afterwards sends fuzzed requests to the
 * hub, and checks that it still serves. Fetches chronyd. Exit status 1 if the hub fails a check.
 */
import { Bench } from '../../test/bench.js';
import { run } from '../../test/launch.js';
import { NTS_HOST, startNtsChrony, startNtsHub } from '../../test/nts.js';
import { fetchPeer, findPeer } from '../../test/peers.js';
import { readArguments } from '../arguments.js';
import { removeLeftovers } from '../testing/leftovers.js';
import { onEndWanted } from '../testing/signals.js';

/** A line of the program's output: name, octets sent and received, result. */
const CHECK = /^(.{1,40}?) +\(\d+\+\d+\) +(PASS|FAIL|-)$/gm;

const {
  values: { fuzz },
  positionals: [program, ...others],
} = readArguments({ options: { fuzz: { type: 'string' } }, allowPositionals: true });
if (program === undefined || others.length > 0) {
  process.stderr.write('ntske: name the program ntske-test. --help lists what there is.\n');
  process.exit(2);
}

onEndWanted(() => {
  removeLeftovers();
  process.exit(1);
});
const bench = new Bench();
try {
  process.exitCode = await compare(program);
} finally {
  await bench.clear();
}

async function compare(path: string): Promise<number> {
  const missing = fetchPeer('chrony');
  const chrony = findPeer('chrony');
  const { ke, hub } = await startNtsHub(bench, { lines: 'rate-limit = { interval = "1ms", burst = 255 }' });
  const ours = await checksOf(path, ke);
  const theirs = 'peer' in chrony ? await checksOf(path, (await startNtsChrony(bench, chrony.peer)).ke) : new Map();
  if (missing !== '') process.stderr.write(`${missing}\n`);
  process.stdout.write('| check | timehub | chronyd |\n|---|---|---|\n');
  for (const [check, result] of ours) process.stdout.write(`| ${check} | ${result} | ${theirs.get(check) ?? ''} |\n`);
  let failed = [...ours.values()].filter((result) => result === 'FAIL').length;
  if (ours.size === 0) throw new Error(`${path} printed no checks`);
  if (fuzz !== undefined) {
    await run('timeout', ['-s', 'INT', fuzz, path, '-b', '-f', '-m', '0', '-M', '0', '-p', String(ke), NTS_HOST]);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const after = await checksOf(path, ke);
    const { mode } = await hub.status();
    const lives = mode === 'tracking' && after.get('Minimal valid request') === 'PASS';
    process.stdout.write(
      `after ${fuzz} s of fuzzed requests: ${lives ? 'serves as before' : `mode ${mode}, and it fails`}\n`,
    );
    if (!lives) failed++;
  }
  return failed === 0 ? 0 : 1;
}

/** Returns the result of each check. */
async function checksOf(path: string, port: number): Promise<ReadonlyMap<string, string>> {
  const { output } = await run(path, ['-c', '-p', String(port), NTS_HOST]);
  return new Map([...output.matchAll(CHECK)].map(([, name, result]) => [name!.trim(), result!]));
}
