/** The paths of the checkout, and fingerprints that say whether files have changed. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

export const root = join(import.meta.dirname, '..');

export const folders = {
  dist: join(root, 'dist'),
  bundle: join(root, 'dist/bundle'),
  stamps: join(root, 'dist/.stamps'),
};

/** Returns whether this is an installed package, which has `dist` and no sources. */
export const isPackaged = () => !existsSync(join(root, 'src'));

/**
 * Returns all files below `path`, relative to the root, sorted.
 * @param {string} path
 */
export function filesBelow(path) {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return [path];
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

/**
 * Returns a text that changes when a file below one of the paths is added, removed or written.
 * @param {readonly string[]} paths
 */
export function fingerprint(paths) {
  const hash = createHash('sha1');
  for (const file of paths.flatMap(filesBelow)) {
    const { size, mtimeMs } = statSync(join(root, file));
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}
