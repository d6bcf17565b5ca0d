import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } = constants;
const MODE = 0o640;
/** Mode of a file with secrets. */
export const SECRET_MODE = 0o600;

/**
 * Replaces a file by way of `<path>.new`: after a power cut, either the old or the new file is there. A link or FIFO at either
 * path is replaced, never followed or opened. Resolves when the file is on the disk; rejects with the error of the system call.
 */
export async function replaceFile(path: string, text: string, mode = MODE): Promise<void> {
  const temporary = `${path}.new`;
  // A killed hub may have left one.
  await rm(temporary, { force: true });
  try {
    await through(await open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode), (file) =>
      file.writeFile(text),
    );
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Writes a folder to the disk, so that a new name in it survives a power cut. */
export async function syncFolder(path: string): Promise<void> {
  await through(await open(path, O_RDONLY | O_DIRECTORY), async () => {});
}

async function through(file: FileHandle, work: (file: FileHandle) => Promise<void>): Promise<void> {
  try {
    await work(file);
    await file.sync();
  } finally {
    await file.close();
  }
}
