#!/usr/bin/env node
/**
 * Makes a checkout ready to run: dependencies, the addon, the compiled tree, the bundle. Prints nothing if all are current.
 *
 *   node scripts/setup.mjs          what the daemon needs
 *   node scripts/setup.mjs --dev    and what the checks and tests need
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fingerprint, folders, isPackaged, root } from './tree.mjs';

/** Throws an Error with a sentence for the operator if the hub cannot be made to run. */
function setup({ dev = false }) {
  if (isPackaged()) return;
  const sources = fingerprint(['src', 'plugins', 'test', 'scripts', 'tsconfig.json', 'package.json']);
  const compiled = isCurrent('tree', sources);
  const missing = missingDependencies();
  if (missing.runtime > 0 || (missing.dev > 0 && (dev || !compiled))) install();
  buildAddon();
  if (!compiled) {
    say('compiling …');
    run(process.execPath, ['scripts/build-tree.mjs']);
    markCurrent('tree', sources);
  }
  if (!isCurrent('bundle', sources) && existsSync(join(root, 'src/cli/main.ts'))) {
    bundle();
    markCurrent('bundle', sources);
  }
}

/** Counts the packages of the lock file that node_modules lacks or has in another version. */
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

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, dev?: boolean, optional?: boolean, devOptional?: boolean, peer?: boolean }>}
 */
function packagesOf(file) {
  const path = join(root, file);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')).packages ?? {}) : {};
}

function install() {
  say('installing dependencies …');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** Builds the addon. A failure does not fail the set-up: without the addon the hub runs on user-space stamps. */
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

/** Makes the bundle. A failure does not fail the set-up: the hub also runs from the compiled tree. */
function bundle() {
  const { status } = spawnSync(process.execPath, ['scripts/bundle.mjs'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status !== 0)
    say('the bundle could not be made, so the hub takes more memory; "node scripts/bundle.mjs" says why');
}

function compiler() {
  const names = [process.env.CXX ?? '', 'c++', 'g++', 'clang++'].filter((name) => name !== '');
  const path = (process.env.PATH ?? '').split(delimiter);
  return names.find((name) => path.some((folder) => existsSync(join(folder, name)))) ?? 'none';
}

/** @param {string} what */
const stamp = (what) => join(folders.stamps, what);

/** @param {string} what @param {string} mark */
function isCurrent(what, mark) {
  return existsSync(stamp(what)) && readFileSync(stamp(what), 'utf8') === mark;
}

/** @param {string} what @param {string} mark */
function markCurrent(what, mark) {
  mkdirSync(folders.stamps, { recursive: true });
  writeFileSync(stamp(what), mark);
}

/** @param {string} command @param {readonly string[]} args */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error !== undefined) throw new Error(`${command} cannot be run: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
}

/** @param {string} what */
function say(what) {
  process.stderr.write(`timehub: ${what}\n`);
}

try {
  setup({ dev: process.argv.includes('--dev') });
} catch (error) {
  say(/** @type {Error} */ (error).message);
  process.exit(1);
}
