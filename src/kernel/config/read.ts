import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ErrorCode } from '../../api/index.js';
import { nearest } from '../errors/nearest.js';
import type { ConfigFile, Surroundings } from './config.js';
import type { Problem } from './problem.js';

/** The only place where the configuration touches the disk. */

const LARGEST = 1 << 20;
const CHUNK = 1 << 12;

export type Read =
  | { readonly file: ConfigFile; readonly around: Surroundings; readonly problems?: undefined }
  | { readonly problems: readonly Problem[] };

/** Reads a main file, the drop-ins of `conf.d` beside it and the presets. */
export function readConfig(path: string): Read {
  const problems: Problem[] = [];
  const main = readText(path, problems);
  const folder = join(dirname(path), 'conf.d');
  const names = namesIn(folder, problems);
  const dropIns = names.filter(isToml).map((name) => readText(join(folder, name), problems));
  if (main === undefined || problems.length > 0) return { problems };
  return {
    file: main,
    around: {
      dropIns: dropIns.filter((file) => file !== undefined),
      skipped: names.filter((name) => !isToml(name) && !isLeftover(name)).map((name) => join(folder, name)),
      presets: readPresets(),
    },
  };
}

/** The presets that are shipped, by name. */
export function readPresets(): ReadonlyMap<string, ConfigFile> {
  const folder = presetFolder();
  const files = tomlFiles(folder).map((name) => [basename(name, '.toml'), readText(join(folder, name), [])] as const);
  return new Map(files.filter((entry): entry is readonly [string, ConfigFile] => entry[1] !== undefined));
}

/** `config/presets` of the package, from the sources as from `dist`. */
function presetFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const presets = join(folder, 'config', 'presets');
    if (isFolder(presets) || folder === dirname(folder)) return presets;
  }
}

const isToml = (name: string): boolean => name.endsWith('.toml') && !name.startsWith('.');

/** Files that editors and package managers leave behind, and notes to the reader. */
const isLeftover = (name: string): boolean =>
  /^\.|~$|^README|\.(md|bak|orig|old|swp|dpkg-\w+|rpm\w+|disabled)$/.test(name);

const tomlFiles = (folder: string): readonly string[] => namesIn(folder, []).filter(isToml);

/** The files of a folder by name; none when there is no such folder. */
function namesIn(folder: string, problems: Problem[]): readonly string[] {
  if (!isFolder(folder)) return [];
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    const message = `its files cannot be listed: ${(error as Error).message}`;
    const place = { file: folder, span: undefined, hint: `try: ls -ld ${folder}` };
    problems.push({ code: 'TH_CFG_UNREADABLE', severity: 'error', message, ...place });
    return [];
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function readText(path: string, problems: Problem[]): ConfigFile | undefined {
  const refuse = (code: ErrorCode, message: string, hint?: string): undefined => {
    problems.push({ code, severity: 'error', file: path, span: undefined, message, hint });
  };
  let bytes: Uint8Array;
  try {
    bytes = readUpTo(path, LARGEST + 1);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      return refuse('TH_CFG_NOT_FOUND', 'there is no such file', similar(path));
    if (code === 'EISDIR')
      return refuse('TH_CFG_NOT_A_FILE', 'this is a directory, not a configuration', contents(path));
    if (code === 'EACCES' || code === 'EPERM')
      return refuse('TH_CFG_UNREADABLE', 'this user may not read it', `try: ls -l ${path}`);
    return refuse('TH_CFG_UNREADABLE', `it cannot be read: ${message}`);
  }
  if (bytes.length > LARGEST)
    return refuse('TH_CFG_TOO_LARGE', 'this is larger than 1 MiB: no configuration', 'is it the right file?');
  try {
    return { path, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return refuse(
      'TH_CFG_ENCODING',
      `this is not UTF-8 text${whereNot(bytes)}`,
      'save it as UTF-8, or is it the right file?',
    );
  }
}

/** Stops at the limit, so that a device or a log given by mistake does not fill the memory. */
function readUpTo(path: string, limit: number): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const chunks: Uint8Array[] = [];
    for (let length = 0; length < limit; ) {
      const chunk = Buffer.allocUnsafe(CHUNK);
      const count = readSync(file, chunk, 0, CHUNK, null);
      if (count === 0) break;
      chunks.push(chunk.subarray(0, count));
      length += count;
    }
    return Buffer.concat(chunks);
  } finally {
    closeSync(file);
  }
}

function whereNot(bytes: Uint8Array): string {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(10, start);
    try {
      decoder.decode(bytes.subarray(start, end < 0 ? undefined : end));
    } catch {
      return `, from line ${line} on`;
    }
    if (end < 0) break;
    start = end + 1;
  }
  return '';
}

function similar(path: string): string | undefined {
  const folder = dirname(path);
  if (!isFolder(folder)) return `there is no directory ${folder}`;
  const meant =
    nearest(basename(path), tomlFiles(folder)) ?? tomlFiles(folder).find((name) => name === `${basename(path)}.toml`);
  return meant === undefined ? undefined : `did you mean ${join(folder, meant)}?`;
}

function contents(path: string): string | undefined {
  const [first] = tomlFiles(path);
  return first === undefined ? undefined : `did you mean ${join(path, first)}?`;
}
