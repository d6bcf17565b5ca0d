import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';

export interface PathStep {
  readonly path: string;
  readonly stat: Stats;
}

/** The kernel's limit (path_resolution(7)). */
const MOST_LINKS = 40;

/**
 * Returns every folder, symbolic link and file that decides where a path leads, in the order in which the kernel follows them.
 * Throws the error of lstat(2), or ELOOP.
 */
export function pathSteps(path: string): readonly PathStep[] {
  const names = namesOf(isAbsolute(path) ? path : `${process.cwd()}/${path}`);
  const steps: PathStep[] = [{ path: '/', stat: lstatSync('/') }];
  let folder = '/';
  let links = 0;
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    if (name === '..') {
      folder = dirname(folder);
      continue;
    }
    const at = join(folder, name);
    const stat = lstatSync(at);
    steps.push({ path: at, stat });
    if (!stat.isSymbolicLink()) {
      folder = at;
      continue;
    }
    if (++links > MOST_LINKS) throw Object.assign(new Error(`${path} has too many symbolic links`), { code: 'ELOOP' });
    const target = readlinkSync(at);
    if (isAbsolute(target)) folder = '/';
    names.unshift(...namesOf(target));
  }
  return steps;
}

const namesOf = (path: string): string[] => path.split('/').filter((name) => name !== '' && name !== '.');
