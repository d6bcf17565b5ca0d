import { HubError } from '../api/error.js';
import { readRegularFile } from '../files/read-file.js';

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
