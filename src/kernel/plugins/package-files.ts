import { type Dirent, lstatSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { HubError } from '../../api/index.js';
import { kindOf } from '../../files/file-kind.js';
import { type Weakness, weaknessesIfThere, weaknessesOf, weaknessOf } from '../../files/weakness.js';

/** Maximum number of files of a package. */
const MOST_FILES = 5000;
const CODE_OF_OTHERS = new Set(['node_modules', '.git']);

/**
 * Checks that a module of a manifest is a regular file of its package. Links of both are followed: a package is often a link
 * itself (npm link, a workspace). Throws `TH_PLUGIN_MANIFEST`.
 */
export function requireOwnModule(folder: string, module: string, manifest: string): void {
  const path = resolve(folder, module);
  const refuse = (why: string): HubError =>
    new HubError('TH_PLUGIN_MANIFEST', `${manifest}: the module ${module} ${why}`, {
      hint: 'a manifest names regular files inside its package; docs/plugins.md shows one',
    });
  let real: string;
  try {
    real = realpathSync(path);
  } catch (cause) {
    throw refuse(`cannot be found: ${(cause as Error).message}`);
  }
  if (!real.startsWith(realpathSync(folder) + sep)) throw refuse(`leads out of the package, to ${real}`);
  const stat = lstatSync(real);
  if (!stat.isFile()) throw refuse(`is ${kindOf(stat)}, not a regular file`);
}

/**
 * Checks that no other user can change the code of a package: its files, the folders and links that lead to it, and the folders
 * in which Node looks for its imports, but not the imported packages. Throws `TH_PLUGIN_UNSAFE`. Returns the error for a warning
 * if a group can change the code.
 */
export function requireSafePackage(folder: string): HubError | undefined {
  const found = [
    ...weaknessesOf(folder),
    ...libraries(realpathSync(folder)),
    ...weaknessesInside(realpathSync(folder)),
  ];
  const worst = found.find(({ by }) => by !== 'group');
  if (worst !== undefined) throw unsafe(worst);
  return found[0] === undefined ? undefined : unsafe(found[0]);
}

const unsafe = ({ path, message, hint }: Weakness): HubError =>
  new HubError('TH_PLUGIN_UNSAFE', `${path}: ${message}`, { hint: `its code would run in this hub; try: ${hint}` });

/** Finds weaknesses of `node_modules` beside the package and beside each folder above it. */
function libraries(folder: string): readonly Weakness[] {
  const above = dirname(folder);
  const weak = weaknessesIfThere(join(folder, 'node_modules'));
  return above === folder ? weak : [...weak, ...libraries(above)];
}

function weaknessesInside(folder: string): readonly Weakness[] {
  const found: Weakness[] = [];
  const pending = [folder];
  let seen = 0;
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      if (++seen > MOST_FILES) throw tooMany(folder);
      const path = join(at, entry.name);
      found.push(...weaknessesOfEntry(path, entry));
      if (entry.isDirectory() && !CODE_OF_OTHERS.has(entry.name)) pending.push(path);
    }
  }
  return found;
}

function weaknessesOfEntry(path: string, entry: Dirent): readonly Weakness[] {
  if (entry.isSymbolicLink()) return weaknessesIfThere(path);
  const weakness = weaknessOf(path, lstatSync(path));
  return weakness === undefined ? [] : [weakness];
}

const tooMany = (folder: string): HubError =>
  new HubError(
    'TH_PLUGIN_UNSAFE',
    `${folder}: it holds more than ${MOST_FILES} files, too many to check who can change them`,
    {
      hint: 'name the folder of the package itself, or install a package without its sources',
    },
  );
