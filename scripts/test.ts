/**
 * Runs the tests: the units, then the whole daemon, alone and with other programs (test/peers.ts), which are fetched from
 * Debian's packages where this machine has apt. scripts/testing/suites.ts says which files belong to which suite.
 *
 *   npm test -- [--suite full|vm] [--unit] [--grep TEXT] [PATH…]
 *
 * With PATHs it runs the test files below them, of any suite. TIMEHUB_REQUIRE_PEERS=1 turns each skipped test into a failure.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { readArguments } from './arguments.js';
import { MARK, removeLeftovers } from './testing/leftovers.js';
import { killWorkers, runFiles } from './testing/pool.js';
import { Progress } from './testing/progress.js';
import { onEndWanted } from './testing/signals.js';
import { phasesOf } from './testing/suites.js';

const { values: options, positionals: paths } = readArguments({
  options: { suite: { type: 'string', default: 'quick' }, unit: { type: 'boolean' }, grep: { type: 'string' } },
  allowPositionals: true,
});
const { suite, unit: unitsOnly = false, grep } = options;
const startedAt = performance.now();
const progress = new Progress(process.stdout);

onEndWanted((reason, status) => {
  removeLeftovers(killWorkers());
  progress.print(`\nended early, ${reason}`);
  finish(status);
});

try {
  for (const thing of removeLeftovers()) progress.print(`removed what an earlier run left: ${thing}`);
  const phases = phasesOf({ suite, paths, unitsOnly });
  if (phases.length === 0) throw new Error(`no test file belongs to ${paths.join(', ') || `suite ${suite}`}`);
  const peers = phases.some(({ title }) => title !== 'units') ? fetchPeers() : undefined;
  for (const phase of phases) {
    // Unit tests need no peer: peers are fetched meanwhile.
    if (phase.title !== 'units') await peers;
    progress.begin(phase);
    await runFiles(phase, grep, (message) => progress.report(message));
  }
} catch (error) {
  progress.print((error as Error).message);
  progress.total.failed++;
}
for (const thing of removeLeftovers()) progress.print(`removed what a test left: ${thing}`);
finish();

async function fetchPeers(): Promise<void> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'testing/fetch-peers.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, [MARK]: String(process.pid) },
  });
  child.stdout.on('data', (text: Buffer) => progress.print(`  ${text.toString().trimEnd()}`));
  await once(child, 'close');
}

function finish(status?: number): never {
  const { total } = progress;
  if (process.env.TIMEHUB_REQUIRE_PEERS === '1') {
    for (const title of progress.skippedTitles) progress.print(`failed, because no test may be skipped here: ${title}`);
    total.failed += total.skipped;
    total.skipped = 0;
  }
  progress.summarise(performance.now() - startedAt);
  if (suite === 'quick' && paths.length === 0) progress.print('left out: slow tests (npm run test:full)');
  const tail = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  progress.print(`${total.passed} passed, ${total.failed} failed${tail}`);
  process.exit(status ?? (total.failed === 0 ? 0 : 1));
}
