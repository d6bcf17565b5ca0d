#!/usr/bin/env node
/**
 * Runs the tests: the units, then the whole daemon, alone and with other people's programs (test/peers.ts), which are fetched
 * from Debian's packages where this machine has apt. scripts/testing/suites.mjs says which files belong to which suite.
 *
 *   node scripts/test.mjs [--suite full|vm] [--unit] [--grep TEXT] [PATH…]
 *
 * With PATHs it runs the test files below them, of any suite. TIMEHUB_REQUIRE_PEERS=1 makes whatever is skipped a failure.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MARK, removeLeftovers } from './testing/leftovers.mjs';
import { killWorkers, runFiles } from './testing/pool.mjs';
import { Progress } from './testing/progress.mjs';
import { onEndWanted } from './testing/signals.mjs';
import { phasesOf } from './testing/suites.mjs';

const { values: options, positionals: paths } = parseArgs({
  options: { suite: { type: 'string', default: 'quick' }, unit: { type: 'boolean' }, grep: { type: 'string' } },
  allowPositionals: true,
});
const startedAt = performance.now();
const progress = new Progress(process.stdout);

onEndWanted((reason, status) => {
  removeLeftovers(killWorkers());
  progress.print(`\nended early, ${reason}`);
  finish(status);
});

try {
  const status = await ended(runScript('setup.mjs', ['--dev'], 'inherit'));
  if (status !== 0) throw new Error('the checkout could not be set up');
  for (const thing of removeLeftovers()) progress.print(`removed what an earlier run left: ${thing}`);
  const phases = phasesOf({ suite: options.suite, paths, unitsOnly: options.unit });
  if (phases.length === 0) throw new Error(`no test file belongs to ${paths.join(', ') || `suite ${options.suite}`}`);
  const peers = phases.some(({ title }) => title !== 'units') ? fetchPeers() : undefined;
  for (const phase of phases) {
    // Units need no peer: peers are fetched meanwhile.
    if (phase.title !== 'units') await peers;
    progress.begin(phase);
    await runFiles({ ...phase, grep: options.grep }, (message) => progress.report(message));
  }
} catch (error) {
  progress.print(error.message);
  progress.total.failed++;
}
for (const thing of removeLeftovers()) progress.print(`removed what a test left: ${thing}`);
finish();

async function fetchPeers() {
  const child = runScript('testing/fetch-peers.mjs', [], 'pipe');
  child.stdout.on('data', (text) => progress.print(`  ${text.toString().trimEnd()}`));
  await ended(child);
}

function runScript(name, args, stdout) {
  const program = join(import.meta.dirname, name);
  const env = { ...process.env, [MARK]: process.pid };
  return spawn(process.execPath, [program, ...args], { stdio: ['ignore', stdout, 'inherit'], env });
}

/** Resolves with the exit status. */
function ended(child) {
  return new Promise((resolve) => child.on('close', resolve));
}

function finish(status) {
  const { total } = progress;
  if (process.env.TIMEHUB_REQUIRE_PEERS === '1') {
    for (const title of progress.skippedTitles) progress.print(`failed, since nothing may be skipped here: ${title}`);
    total.failed += total.skipped;
    total.skipped = 0;
  }
  progress.summarise(performance.now() - startedAt);
  if (options.suite === 'quick' && paths.length === 0)
    progress.print('left out: what takes longer (npm run test:full)');
  const tail = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  progress.print(`${total.passed} passed, ${total.failed} failed${tail}`);
  process.exit(status ?? (total.failed === 0 ? 0 : 1));
}
