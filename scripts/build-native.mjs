// Builds the addon with the compiler alone: node-api-headers and node-addon-api are npm packages, nothing is downloaded.
// Without a compiler the hub runs on user-space stamps. This is the package's install script; where npm does not run it,
// `timehub build-addon` does, with `--force --required`.
//
//   --sanitize   builds build/asan/timehub.node with AddressSanitizer
//   --force      builds even if the addon is current
//   --required   exits with status 1 if there is no addon in the end
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sanitize = process.argv.includes('--sanitize');
const force = process.argv.includes('--force');
const required = process.argv.includes('--required');
const output = join(root, 'build', sanitize ? 'asan' : 'Release', 'timehub.node');
const preload = join(dirname(output), 'hold-hangup.so');
const scratch = `${output}.${process.pid}`;

const native = join(root, 'native');
const files = readdirSync(native).map((name) => join(native, name));
const variant = sanitize
  ? ['-fsanitize=address,undefined', '-fno-sanitize-recover', '-fno-omit-frame-pointer', '-g', '-O1']
  : ['-O2'];

if (process.platform !== 'linux') finish('the addon is for Linux only: user-space stamps');
if (!force && isFresh()) process.exit(0);
const compiler =
  [process.env.CXX ?? '', 'c++', 'g++', 'clang++'].find(runs) ??
  finish(
    'no C++ compiler was found: user-space stamps. Install one (apt install g++, dnf install gcc-c++, apk add g++)',
  );

const started = Date.now();
try {
  mkdirSync(scratch, { recursive: true });
} catch (error) {
  finish(
    `the addon cannot be written (${/** @type {Error} */ (error).message}): run "sudo ${join(root, 'bin/timehub')} build-addon"`,
  );
}
const objects = await Promise.all(files.filter((file) => file.endsWith('.cc')).map(compile));
const linked = join(scratch, 'timehub.node');
await run(['-shared', ...variant, '-o', linked, ...objects]);
renameSync(linked, output);
await linkPreload();
rmSync(scratch, { recursive: true });
console.error(`timehub: built ${output.slice(root.length + 1)} in ${((Date.now() - started) / 1000).toFixed(1)} s`);

/** Links the library that the dynamic linker loads into Node by LD_PRELOAD. It does not use Node's interfaces. */
async function linkPreload() {
  const source = join(native, 'hold-hangup.c');
  const scratch = `${preload}.${process.pid}`;
  await run(['-x', 'c', '-O2', '-fPIC', '-Wall', '-Wextra', '-shared', '-Wl,--as-needed', '-o', scratch, source]);
  renameSync(scratch, preload);
}

function isFresh() {
  if (!existsSync(output) || !existsSync(preload)) return false;
  const built = statSync(output).mtimeMs;
  return [...files, fileURLToPath(import.meta.url)].every((file) => statSync(file).mtimeMs <= built);
}

/** @param {string} name */
function runs(name) {
  return name !== '' && spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** @param {string} file */
async function compile(file) {
  const object = join(scratch, `${basename(file)}.o`);
  const require = createRequire(import.meta.url);
  const folders = [require('node-api-headers').include_dir, dirname(require.resolve('node-addon-api/package.json'))];
  const includes = folders.flatMap((path) => ['-isystem', path]);
  const defines = ['-DNAPI_VERSION=8', '-DNAPI_CPP_EXCEPTIONS', '-DNODE_GYP_MODULE_NAME=timehub', '-D_GNU_SOURCE'];
  const flags = ['-std=c++17', '-fPIC', '-fvisibility=hidden', '-Wall', '-Wextra'];
  await run([...variant, ...flags, ...defines, ...includes, '-c', file, '-o', object]);
  return object;
}

/**
 * Builds the addon. A failed build does not fail the installation: the hub runs without the addon and says so.
 * @param {readonly string[]} parameters
 * @returns {Promise<void>}
 */
function run(parameters) {
  return new Promise((resolve) => {
    const child = spawn(compiler, parameters, { stdio: 'inherit' });
    child.on('exit', (status) => (status === 0 ? resolve() : finish('the addon did not compile: user-space stamps')));
  });
}

/**
 * @param {string} note
 * @returns {never}
 */
function finish(note) {
  console.error(`timehub: ${note}`);
  rmSync(scratch, { recursive: true, force: true });
  process.exit(sanitize || required ? 1 : 0);
}
