/**
 * Runs the tests of src/host, and those that call the addon in every wrong way, with the addon under AddressSanitizer and
 * UndefinedBehaviorSanitizer. Leaks are not reported, because V8's own memory is not watched. Arguments go to Mocha.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../test/place.js';

const run = (parameters: readonly string[], environment: NodeJS.ProcessEnv = {}): number =>
  spawnSync(process.execPath, parameters, { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } })
    .status ?? 1;

const built = run(['scripts/build-native.mjs', '--sanitize']);
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
process.exitCode = run([...mocha, ...process.argv.slice(2)], {
  LD_PRELOAD: stdout.trim(),
  ASAN_OPTIONS: 'detect_leaks=0:halt_on_error=1:abort_on_error=1',
  UBSAN_OPTIONS: 'halt_on_error=1:print_stacktrace=1',
  TIMEHUB_ADDON: addon,
});
