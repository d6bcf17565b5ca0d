#!/usr/bin/env node
/**
 * All tests: the units, then the whole daemon, alone and with other people's programs (test/peers.ts), which are fetched
 * from Debian's packages where this machine has apt. What cannot be run here is named at the end.
 *
 *   node scripts/test.mjs [--unit] [--grep TEXT]
 *
 * TIMEHUB_REQUIRE_PEERS=1 makes a missing peer a failure. TIMEHUB_GUESTS=1 runs the guests in counted time beside the units:
 * they do not notice, and nothing else measures meanwhile.
 */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { setup } from './setup.mjs';
import { filesBelow, root } from './tree.mjs';

const { values: options } = parseArgs({ options: { unit: { type: 'boolean' }, grep: { type: 'string' } } });
/** Guests with hardware clocks take minutes of a machine. */
const GUESTS = 'dist/test/vm/qemu/';
const withGuests = process.env.TIMEHUB_GUESTS === '1';
const total = { passes: 0, failures: 0, pending: 0 };

async function runTests(title, folders, reporter) {
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ reporter, timeout: 5000, ...(options.grep === undefined ? {} : { grep: options.grep }) });
  const files = folders.flatMap(filesBelow).filter((file) => file.endsWith('.test.js') && !file.startsWith(GUESTS));
  for (const file of files) mocha.addFile(`${root}/${file}`);
  await mocha.loadFilesAsync();
  process.stdout.write(`\n${title}\n`);
  const runner = await new Promise((resolve) => {
    const started = mocha.run(() => resolve(started));
  });
  for (const count of Object.keys(total)) total[count] += runner.stats[count];
}

/** Runs in the background, behind everything else. Resolves with what it printed. */
function startGuests() {
  const child = spawn('nice', ['-n', '19', process.execPath, 'scripts/test-guests.mjs', 'counted'], {
    ...{ cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  return new Promise((resolve) => child.on('close', () => resolve(output)));
}

function countGuests(output) {
  process.stdout.write(`\nguests with network cards that stamp\n${output}`);
  const passes = Number(/^ *(\d+) passing/m.exec(output)?.[1] ?? 0);
  total.passes += passes;
  total.failures += Number(/^ *(\d+) failing/m.exec(output)?.[1] ?? (passes === 0 ? 1 : 0));
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
  const guests = withGuests && !options.unit ? startGuests() : undefined;
  await runTests('units', ['dist/src', 'dist/plugins'], 'dot');
  if (!options.unit) {
    await fetchPeers();
    if (guests !== undefined) countGuests(await guests);
    await runTests('whole daemon', ['dist/test'], 'spec');
    const { skipReasons } = await import('../dist/test/need.js');
    for (const reason of skipReasons()) process.stdout.write(`skipped: ${reason}\n`);
    if (!withGuests)
      process.stdout.write('left out: guests with network cards that stamp (npm run test:vm, minutes)\n');
  }
} catch (error) {
  process.stderr.write(`${error.stack}\n`);
  total.failures++;
}
const tail = total.pending > 0 ? `, ${total.pending} skipped` : '';
process.stdout.write(`${total.passes} passed, ${total.failures} failed${tail}\n`);
process.exit(total.failures === 0 ? 0 : 1);
