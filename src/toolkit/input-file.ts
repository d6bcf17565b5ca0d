import { type Stats, statSync } from 'node:fs';
import { HubError } from '../api/error.js';
import { readRegularFile } from '../files/read-file.js';
import { replaceFile, SECRET_MODE } from '../files/replace-file.js';

export interface InputFile {
  readonly path: string;
  /** Largest size, octets. */
  readonly most: number;
  /** Other users must not have access to it. */
  readonly secret?: boolean;
  /** The thing that is read, for messages: `the file of authorities`. */
  readonly what: string;
}

/** Returns the content of a regular file that the configuration names. Throws `TH_INPUT_FILE`. */
export function readInputFile({ path, most, secret = false, what }: InputFile): Buffer {
  try {
    return readRegularFile(path, { most, secret });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'it does not exist' : code === 'EACCES' ? 'this user may not read it' : message;
    throw new HubError('TH_INPUT_FILE', `${what} ${path} cannot be used: ${reason}`, { cause: error });
  }
}

/** Replaces a file that only this user may read. Rejects with `TH_INPUT_FILE`. */
export async function writeSecretFile(path: string, text: string, what: string): Promise<void> {
  try {
    await replaceFile(path, text, SECRET_MODE);
  } catch (error) {
    throw new HubError('TH_INPUT_FILE', `${what} ${path} cannot be written: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Returns a text that changes when the file at `path` is written or replaced. */
export function fileState(path: string): string {
  let stat: Stats | undefined;
  try {
    stat = statSync(path, { throwIfNoEntry: false });
  } catch {
    return 'unreadable';
  }
  return stat === undefined ? 'absent' : `${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`;
}
