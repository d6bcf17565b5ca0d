#!/usr/bin/env node
/**
 * All tests: the units, then the whole daemon, alone and with other people's programs (test/peers.ts), which are fetched
 * from Debian's packages where this machine has apt. What cannot be run here is named at the end.
 *
 *   node scripts/test.mjs [--unit] [--grep TEXT]
 *
 * TIMEHUB_REQUIRE_PEERS=1 makes a missing peer a failure.
 */
import { parseArgs } from 'node:util';
import { setup } from './setup.mjs';
import { filesBelow, root } from './tree.mjs';

const { values: options } = parseArgs({ options: { unit: { type: 'boolean' }, grep: { type: 'string' } } });
/** Guests with hardware clocks take minutes of a whole machine: `npm run test:vm`. */
const APART = 'dist/test/vm/qemu/';
const total = { passes: 0, failures: 0, pending: 0 };

async function runTests(title, folders, reporter) {
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ reporter, timeout: 5000, ...(options.grep === undefined ? {} : { grep: options.grep }) });
  const files = folders.flatMap(filesBelow).filter((file) => file.endsWith('.test.js') && !file.startsWith(APART));
  for (const file of files) mocha.addFile(`${root}/${file}`);
  await mocha.loadFilesAsync();
  process.stdout.write(`\n${title}\n`);
  const runner = await new Promise((resolve) => {
    const started = mocha.run(() => resolve(started));
  });
  for (const count of Object.keys(total)) total[count] += runner.stats[count];
}

async function fetchPeers() {
  const { fetchPeer, PEER_NAMES } = await import('../dist/test/peers.js');
  for (const name of PEER_NAMES) {
    const problem = fetchPeer(name);
    if (problem !== '') process.stdout.write(`${problem}\n`);
  }
}

try {
  setup({ dev: true });
  await runTests('units', ['dist/src', 'dist/plugins'], 'dot');
  if (!options.unit) {
    await fetchPeers();
    await runTests('whole daemon', ['dist/test'], 'spec');
    const { skipReasons } = await import('../dist/test/need.js');
    for (const reason of skipReasons()) process.stdout.write(`skipped: ${reason}\n`);
  }
} catch (error) {
  process.stderr.write(`${error.stack}\n`);
  total.failures++;
}
const tail = total.pending > 0 ? `, ${total.pending} skipped` : '';
process.stdout.write(`${total.passes} passed, ${total.failures} failed${tail}\n`);
process.exit(total.failures === 0 ? 0 : 1);
