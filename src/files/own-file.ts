import { readlinkSync, type Stats } from 'node:fs';
import { FileRefused, kindOf } from './file-kind.js';
import { identity } from './identity.js';
import { isStranger } from './weakness.js';

/**
 * Returns the reason why a file is not the hub's own, or undefined. The hub's own files are regular, are not reached by a
 * symbolic link, and belong to root or to the user of this process.
 */
export function ownFault(path: string, stat: Stats): FileRefused | undefined {
  if (stat.isSymbolicLink()) {
    const target = targetOf(path);
    return new FileRefused('kind', `it is a symbolic link to ${target}; name the file itself, or remove the link`);
  }
  if (!stat.isFile()) return new FileRefused('kind', `it is ${kindOf(stat)}; name a regular file`);
  if (isStranger(stat.uid, identity()))
    return new FileRefused('owner', `it belongs to another user (uid ${stat.uid}); remove it or name another file`);
  return undefined;
}

/** Same for a file that is written in place: it must not have a second name either, which may be that of an unrelated file. */
export function writtenFault(path: string, stat: Stats): FileRefused | undefined {
  const isShared = stat.isFile() && stat.nlink > 1;
  const names = `the file has ${stat.nlink} names (hard links); remove it or name another file`;
  return ownFault(path, stat) ?? (isShared ? new FileRefused('names', names) : undefined);
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return 'another file';
  }
}
