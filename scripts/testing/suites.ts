/**
 * Decides which test file belongs to which suite, by the end of its name, and which files may run side by side.
 *
 *   x.test.ts         npm test
 *   x.full.test.ts    npm run test:full: it takes longer than half a minute, or covers every variant
 *   x.vm.test.ts      npm run test:vm: it needs an otherwise idle machine
 */
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { root } from '../../test/place.js';

/** A phase of a test run: `jobs` of its files run side by side. */
export interface Phase {
  readonly title: string;
  readonly files: readonly string[];
  readonly jobs: number;
  /** Print one line for each folder instead of one for each test. */
  readonly byFolder?: boolean;
}

/** Files that take longest in their suite. They start first, so that no core waits for one of them at the end. */
const LONGEST =
  /^dist\/test\/(fuzz\/guided\/parsers\.|scenarios\.|daemon\/(holdover\.full|demo|plugin-starter)\.test|shipped-)/;

/** Tests with other programs that measure nothing: what these say is right or wrong, however late it comes. */
const UNMEASURED = /^dist\/test\/interop\/(chrony-keys|dashboard|gpsd|gpsd-rmc|ntp-conformance|ntpsec|timesyncd)\./;
/**
 * Tests with other programs that leave most of the machine idle, and that state which program does what and when. Three of them
 * run side by side, without one that keeps the processor busy: some also measure, to tens of microseconds.
 */
const LIGHT = /^dist\/test\/interop\/(chrony-nts|ptp-(management|mixed-delay|network|quality|sharing|unicast))\./;
/**
 * Whole-daemon tests that need an idle machine: they measure the hub's effect on other programs in real time, or in a guest, whose
 * virtual network delivers frames late while this machine does other work.
 */
const MEASURING = /^dist\/test\/(hostile\/|interop\/|vm\/|daemon\/ntp-load\.)/;

/** Returns 'quick', 'full', 'vm', or 'fixture': a test that another test runs. */
export const suiteOf = (file: string): string => /\.(full|vm|fixture)\.test\.js$/.exec(file)?.[1] ?? 'quick';

const needsIdleMachine = (file: string): boolean => MEASURING.test(file) && !UNMEASURED.test(file);

/**
 * Returns the phases of a run, in their order. Without `paths` the files are those of `suite`; with `paths` they are the files
 * of any suite that lie below one of these source paths.
 */
export function phasesOf({
  suite,
  paths,
  unitsOnly,
}: {
  readonly suite: string;
  readonly paths: readonly string[];
  readonly unitsOnly: boolean;
}): readonly Phase[] {
  const isNamed = (file: string): boolean => paths.some((path) => isBelow(file, path));
  const isOwn = (file: string): boolean => suiteOf(file) !== 'fixture' || paths.includes(sourceOf(file));
  const wanted = (file: string): boolean =>
    paths.length === 0 ? suiteOf(file) === suite : isNamed(file) && isOwn(file);
  const chosen = (folder: string): readonly string[] =>
    readdirSync(join(root, folder), { recursive: true })
      .map((name) => join(folder, String(name)))
      .filter((file) => file.endsWith('.test.js') && wanted(file))
      .sort();
  const daemon = unitsOnly
    ? []
    : [...chosen('dist/test')].sort((a, b) => Number(LONGEST.test(b)) - Number(LONGEST.test(a)));
  return [
    {
      title: 'units',
      files: ['dist/plugins', 'dist/src'].flatMap(chosen),
      jobs: availableParallelism(),
      byFolder: true,
    },
    // These files mostly wait, so more of them run side by side.
    {
      title: 'whole daemon',
      files: daemon.filter((file) => !needsIdleMachine(file)),
      jobs: availableParallelism() + 1,
    },
    { title: 'with other programs', files: daemon.filter((file) => LIGHT.test(file)), jobs: 3 },
    {
      title: 'with other programs, measured',
      files: daemon.filter((file) => needsIdleMachine(file) && !LIGHT.test(file)),
      jobs: 1,
    },
  ].filter(({ files }) => files.length > 0);
}

/** Returns the displayed source path of a compiled test file. */
export const sourceOf = (file: string): string => file.replace(/^dist\//, '').replace(/\.js$/, '.ts');

const isBelow = (file: string, path: string): boolean => {
  const wanted = path.replace(/^\.\//, '').replace(/\/$/, '');
  return sourceOf(file) === wanted || sourceOf(file).startsWith(`${wanted}/`);
};
