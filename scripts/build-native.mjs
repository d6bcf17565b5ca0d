// Builds the addon with the compiler alone: node-api-headers and node-addon-api are npm packages, nothing is downloaded.
// `--sanitize` builds build/asan/timehub.node with AddressSanitizer. Without a compiler the hub runs on user-space stamps.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sanitize = process.argv.includes('--sanitize');
const folder = join(root, 'build', sanitize ? 'asan' : 'Release');
const output = join(folder, 'timehub.node');
const compiler = [process.env.CXX, 'c++', 'g++', 'clang++'].find(runs);

const native = join(root, 'native');
const files = readdirSync(native).map((name) => join(native, name));
const inputs = [...files, fileURLToPath(import.meta.url)];

if (process.platform !== 'linux') finish('the addon is for Linux only: user-space stamps');
if (isFresh()) process.exit(0);
if (compiler === undefined) finish('no C++ compiler was found: user-space stamps, worth a millisecond');
const started = Date.now();
mkdirSync(folder, { recursive: true });
const objects = await Promise.all(files.filter((file) => file.endsWith('.cc')).map(compile));
const partial = `${output}.${process.pid}`;
await run(['-shared', ...variant(), '-o', partial, ...objects]);
renameSync(partial, output);
console.log(`timehub: built ${output.slice(root.length + 1)} in ${((Date.now() - started) / 1000).toFixed(1)} s`);

function runs(name) {
  return name !== undefined && spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0;
}

function isFresh() {
  if (!existsSync(output)) return false;
  const built = statSync(output).mtimeMs;
  return inputs.every((file) => statSync(file).mtimeMs <= built);
}

function variant() {
  return sanitize ? ['-fsanitize=address,undefined', '-fno-omit-frame-pointer', '-g', '-O1'] : ['-O2', '-s'];
}

async function compile(file) {
  const object = join(folder, `${file.slice(native.length + 1)}.o`);
  const require = createRequire(import.meta.url);
  const includes = [
    require('node-api-headers').include_dir,
    dirname(require.resolve('node-addon-api/package.json')),
  ].flatMap((path) => ['-isystem', path]);
  const defines = ['-DNAPI_VERSION=8', '-DNAPI_CPP_EXCEPTIONS', '-DNODE_GYP_MODULE_NAME=timehub', '-D_GNU_SOURCE'];
  const flags = ['-std=c++17', '-fPIC', '-fvisibility=hidden', '-Wall', '-Wextra', '-Werror=return-type'];
  await run([
    ...variant().filter((flag) => flag !== '-s'),
    ...flags,
    ...defines,
    ...includes,
    '-c',
    file,
    '-o',
    object,
  ]);
  return object;
}

/** A failed build is no failed installation: the hub runs without the addon and says so. */
function run(parameters) {
  return new Promise((resolve) => {
    const child = spawn(compiler, parameters, { stdio: 'inherit' });
    child.on('exit', (status) => (status === 0 ? resolve() : finish('the addon did not compile: user-space stamps')));
  });
}

function finish(note) {
  console.warn(`timehub: ${note}`);
  process.exit(sanitize ? 1 : 0);
}
