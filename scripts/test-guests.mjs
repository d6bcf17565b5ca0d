#!/usr/bin/env node
/**
 * Tests in emulated guests with network cards that stamp. Those whose time counts instructions run side by side, since they do
 * not notice each other; then, alone, those in real time.
 *
 *   node scripts/test-guests.mjs [counted] [pair]
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setup } from './setup.mjs';
import { root } from './tree.mjs';

const RUNS = {
  counted: ['--parallel', '--jobs', '3', 'dist/test/vm/qemu/*.test.js'],
  pair: ['dist/test/vm/qemu/pair/*.test.js'],
};

setup({ dev: true });
const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(RUNS);
const statuses = chosen.map((name) => {
  const { status } = spawnSync(join(root, 'node_modules/.bin/mocha'), ['--no-config', ...RUNS[name]], {
    ...{ cwd: root, stdio: 'inherit' },
    env: { ...process.env, TIMEHUB_GUESTS: '1' },
  });
  return status;
});
process.exitCode = statuses.every((status) => status === 0) ? 0 : 1;
