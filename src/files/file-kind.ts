import type { Stats } from 'node:fs';

/** Returns the kind of a file as part of a sentence: `a FIFO`. */
export function kindOf(stat: Stats): string {
  if (stat.isFile()) return 'a regular file';
  if (stat.isDirectory()) return 'a directory';
  if (stat.isSymbolicLink()) return 'a symbolic link';
  if (stat.isFIFO()) return 'a FIFO';
  if (stat.isSocket()) return 'a socket';
  return 'a device';
}

/** A file was not read or written because of its kind, size, owner, mode or second name; the message says which. */
export class FileRefused extends Error {
  readonly reason: 'kind' | 'size' | 'owner' | 'mode' | 'names';

  constructor(reason: FileRefused['reason'], message: string) {
    super(message);
    this.name = 'FileRefused';
    this.reason = reason;
  }
}
