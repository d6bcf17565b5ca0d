#!/usr/bin/env node
/**
 * Makes a checkout ready to run: dependencies, the addon, the compiled tree, the bundle. Says nothing when nothing is to do.
 *
 *   node scripts/setup.mjs          what the daemon needs
 *   node scripts/setup.mjs --dev    and what the checks and tests need
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fingerprint, folders, isPackaged, root } from './tree.mjs';

const dist = join(root, 'dist');

/** Throws an Error with a sentence for the operator when the hub cannot be made to run. */
export function setup({ dev = false } = {}) {
  if (isPackaged()) return;
  const sources = fingerprint(['src', 'plugins', 'test', 'tsconfig.json', 'package.json', 'scripts/build-tree.mjs']);
  const compiled = isCurrent('tree', sources);
  const missing = missingDependencies();
  if (missing.runtime > 0 || (missing.dev > 0 && (dev || !compiled))) install();
  buildAddon();
  if (!compiled) {
    say('compiling …');
    run(process.execPath, ['scripts/build-tree.mjs']);
    markCurrent('tree', sources);
  }
  const bundled = `${sources} ${fingerprint(['scripts/bundle.mjs'])}`;
  if (!isCurrent('bundle', bundled) && existsSync(join(root, 'src/cli/main.ts'))) {
    bundle();
    markCurrent('bundle', bundled);
  }
}

/** How many packages of the lock file are absent from node_modules or there in another version. */
function missingDependencies() {
  const wanted = packagesOf('package-lock.json');
  const present = packagesOf('node_modules/.package-lock.json');
  const count = { runtime: 0, dev: 0 };
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.optional || entry.devOptional || entry.peer) continue;
    if (present[path]?.version !== entry.version || !existsSync(join(root, path)))
      count[entry.dev ? 'dev' : 'runtime']++;
  }
  return count;
}

function packagesOf(file) {
  const path = join(root, file);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')).packages ?? {}) : {};
}

function install() {
  say('installing dependencies …');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** The hub runs without the addon, on user-space stamps: a failure here is told, never fatal. */
function buildAddon() {
  if (isCurrent('native', addonMark())) return;
  spawnSync(process.execPath, ['scripts/build-native.mjs'], { cwd: root, stdio: 'inherit' });
  markCurrent('native', addonMark());
}

function addonMark() {
  const inputs = fingerprint(['native', 'scripts/build-native.mjs']);
  const built = existsSync(join(root, 'build/Release/timehub.node'));
  return `${inputs} ${process.version} ${process.arch} ${compiler()} ${built}`;
}

/** The hub runs from the compiled tree too, only heavier. */
function bundle() {
  const { status } = spawnSync(process.execPath, ['scripts/bundle.mjs'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status !== 0)
    say('the bundle could not be made: the hub will take more memory. "node scripts/bundle.mjs" says why');
}

function compiler() {
  const names = [process.env.CXX, 'c++', 'g++', 'clang++'].filter(Boolean);
  const path = (process.env.PATH ?? '').split(delimiter);
  return names.find((name) => path.some((folder) => existsSync(join(folder, name)))) ?? 'none';
}

const stamp = (what) => join(folders.stamps, what);

function isCurrent(what, mark) {
  return existsSync(dist) && existsSync(stamp(what)) && readFileSync(stamp(what), 'utf8') === mark;
}

function markCurrent(what, mark) {
  mkdirSync(folders.stamps, { recursive: true });
  writeFileSync(stamp(what), mark);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error !== undefined) throw new Error(`${command} cannot be run: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
}

function say(what) {
  process.stderr.write(`timehub: ${what}\n`);
}

if (process.argv[1] === import.meta.filename) {
  try {
    setup({ dev: process.argv.includes('--dev') });
  } catch (error) {
    process.stderr.write(`timehub: ${error.message}\n`);
    process.exit(1);
  }
}
