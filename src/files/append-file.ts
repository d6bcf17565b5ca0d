import { close, constants, createWriteStream, fstat, lstat, open, type WriteStream, write, writev } from 'node:fs';
import { writtenFault } from './own-file.js';

const { O_APPEND, O_CREAT, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;
/** O_NONBLOCK: opening a FIFO without a reader fails instead of blocking a thread. */
const FLAGS = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
const MODE = 0o640;

/**
 * Opens one of the hub's own files to append to it, and creates it if it is missing. The stream fails with `FileRefused` if the
 * path is a symbolic link, a FIFO, a device, or a file of another user or with a second name.
 */
export function appendTo(path: string): WriteStream {
  return createWriteStream(path, { flags: 'a', fs: { open: openOwn as typeof open, write, writev, close } });
}

type Opened = (error: Error | null, file?: number) => void;

/** Checks the path before the open, because opening a device may act on it, and checks the opened file. */
function openOwn(path: string, _flags: string, _mode: number, opened: Opened): void {
  lstat(path, (absent, found) => {
    if (absent !== null && absent.code !== 'ENOENT') return opened(absent);
    const fault = found === undefined ? undefined : writtenFault(path, found);
    if (fault !== undefined) return opened(fault);
    open(path, FLAGS, MODE, (failed, file) => {
      if (failed !== null) return opened(failed);
      fstat(file, (unknown, stat) => {
        const error = unknown ?? writtenFault(path, stat) ?? null;
        if (error === null) opened(null, file);
        else close(file, () => opened(error));
      });
    });
  });
}
