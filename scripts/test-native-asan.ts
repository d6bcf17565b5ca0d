// Runs the tests of src/host, and those that call the addon in every wrong way, with the addon under AddressSanitizer and
// UndefinedBehaviorSanitizer. V8's own memory is not watched, so leaks are not asked for.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const run = (command, parameters, environment = {}) =>
  spawnSync(command, parameters, { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } }).status ?? 1;

const built = run(process.execPath, ['scripts/build-native.mjs', '--sanitize']);
if (built !== 0) process.exit(built);
const addon = join(root, 'build/asan/timehub.node');
const missing = ['__asan_report_load', '__ubsan_handle_'].filter((name) => !readFileSync(addon).includes(name));
if (missing.length > 0) {
  console.error(`timehub: the addon was built without ${missing.join(' and ')}`);
  process.exit(1);
}

const { stdout } = spawnSync(process.env.CXX ?? 'c++', ['-print-file-name=libasan.so'], { encoding: 'utf8' });
const tests = ['dist/src/host/**/*.test.js', 'dist/test/fuzz/addon/*.test.js'];
const mocha = ['node_modules/mocha/bin/mocha.js', '--no-config', '--timeout', '30000', ...tests];
process.exitCode = run(process.execPath, [...mocha, ...process.argv.slice(2)], {
  LD_PRELOAD: stdout.trim(),
  ASAN_OPTIONS: 'detect_leaks=0:halt_on_error=1:abort_on_error=1',
  UBSAN_OPTIONS: 'halt_on_error=1:print_stacktrace=1',
  TIMEHUB_ADDON: addon,
});
