import type { ErrorCode } from '../../../api/index.js';
import { FileRefused } from '../../../files/file-kind.js';
import { readRegularFile } from '../../../files/read-file.js';
import type { ConfigFile } from '../config.js';
import type { Problem } from '../diagnose/problem.js';

/** Largest file, octets. */
const LARGEST = 1 << 20;

/** Functions that return a hint for a path that does not exist, or that is a folder. */
export interface PathHints {
  readonly similar: (path: string) => string | undefined;
  readonly contents: (path: string) => string | undefined;
}

/** Reads one file of the configuration. Returns undefined if it cannot be read, and adds the reason to `problems`. */
export function readText(path: string, problems: Problem[], hints: PathHints): ConfigFile | undefined {
  const refuse = (code: ErrorCode, message: string, hint?: string): undefined => {
    problems.push({ code, severity: 'error', file: path, span: undefined, message, hint });
  };
  let octets: Uint8Array;
  try {
    octets = readRegularFile(path, { most: LARGEST });
  } catch (error) {
    if (error instanceof FileRefused && error.reason === 'size')
      return refuse('TH_CFG_TOO_LARGE', 'this file is larger than 1 MiB', 'check that it is the right file');
    if (error instanceof FileRefused)
      return refuse('TH_CFG_NOT_A_FILE', `this is not a configuration file: ${error.message}`, hints.contents(path));
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      return refuse('TH_CFG_NOT_FOUND', 'there is no such file', hints.similar(path));
    if (code === 'EACCES' || code === 'EPERM')
      return refuse('TH_CFG_UNREADABLE', 'this user may not read it', `try: ls -l ${path}`);
    return refuse('TH_CFG_UNREADABLE', `it cannot be read: ${message}`);
  }
  try {
    return { path, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets) };
  } catch {
    return refuse(
      'TH_CFG_ENCODING',
      `this is not UTF-8 text${whereNot(octets)}`,
      'save it as UTF-8, or check that it is the right file',
    );
  }
}

function whereNot(octets: Uint8Array): string {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  for (let start = 0; start < octets.length; line++) {
    const end = octets.indexOf(10, start);
    try {
      decoder.decode(octets.subarray(start, end < 0 ? undefined : end));
    } catch {
      return `, from line ${line} on`;
    }
    if (end < 0) break;
    start = end + 1;
  }
  return '';
}
