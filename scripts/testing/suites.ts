/**
 * Decides which test file belongs to which suite, by the end of its name, and which files may run side by side.
 *
 *   x.test.ts         npm test
 *   x.full.test.ts    npm run test:full: it takes longer than half a minute, or goes through everything there is
 *   x.vm.test.ts      npm run test:vm: it needs an otherwise idle machine
 */
import { availableParallelism } from 'node:os';
import { filesBelow } from '../tree.mjs';

/** Compiled test files: the units beside their code, and the tests of the whole daemon. */
const UNITS = ['dist/plugins', 'dist/src'];
const DAEMON = ['dist/test'];

/** Whole-daemon tests that need quiet: they measure what other programs make of the hub, in real time. */
const MEASURING = /^dist\/test\/(hostile|interop|vm\/uml|vm\/qemu\/pair)\//;

/** Returns 'quick', 'full', 'vm', or 'fixture': a test that another test runs. */
export const suiteOf = (file) => /\.(full|vm|fixture)\.test\.js$/.exec(file)?.[1] ?? 'quick';

/**
 * Returns the phases of a run, in their order: `{ title, files, jobs }`, of which `jobs` files run side by side. Without `paths` the files are those of `suite`;
 * with `paths` they are the files of any suite that lie below one of these source paths.
 */
export function phasesOf({ suite, paths = [], unitsOnly = false }) {
  const isNamed = (file) => paths.some((path) => isBelow(file, path));
  const isOwn = (file) => suiteOf(file) !== 'fixture' || paths.includes(sourceOf(file));
  const wanted = (file) => (paths.length === 0 ? suiteOf(file) === suite : isNamed(file) && isOwn(file));
  const chosen = (folders) => folders.flatMap(filesBelow).filter((file) => file.endsWith('.test.js') && wanted(file));
  const daemon = unitsOnly ? [] : chosen(DAEMON);
  return [
    { title: 'units', files: chosen(UNITS), jobs: availableParallelism(), byFolder: true },
    // They wait for most of their time.
    { title: 'whole daemon', files: daemon.filter((file) => !MEASURING.test(file)), jobs: availableParallelism() + 1 },
    { title: 'with other programs', files: daemon.filter((file) => MEASURING.test(file)), jobs: 1 },
  ].filter(({ files }) => files.length > 0);
}

/** The source of a compiled test file, as it is shown. */
export const sourceOf = (file) => file.replace(/^dist\//, '').replace(/\.js$/, '.ts');

const isBelow = (file, path) => {
  const wanted = path.replace(/^\.\//, '').replace(/\/$/, '');
  return sourceOf(file) === wanted || sourceOf(file).startsWith(`${wanted}/`);
};
