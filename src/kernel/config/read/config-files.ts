import { lstatSync, opendirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nearest } from '../../errors/nearest.js';
import type { AdditionalFiles, ConfigFile } from '../config.js';
import type { Problem } from '../diagnose/problem.js';
import { readText } from './text-file.js';
import { unsafeFiles } from './unsafe-files.js';

/** Most entries of conf.d, and most octets of its files together. */
const MOST_ENTRIES = 1000;
const MOST_OCTETS = 8 << 20;

export type ReadResult =
  | { readonly file: ConfigFile; readonly around: AdditionalFiles; readonly problems?: undefined }
  | { readonly problems: readonly Problem[] };

/** Reads a main file, the drop-ins of `conf.d` beside it and the presets. */
export function readConfig(path: string): ReadResult {
  const problems: Problem[] = [];
  const main = readText(path, problems, HINTS);
  const folder = join(dirname(path), 'conf.d');
  const names = main === undefined ? [] : namesIn(folder, problems);
  const dropIns = readDropIns(
    names.filter(isToml).map((name) => join(folder, name)),
    problems,
  );
  if (main === undefined || problems.length > 0) return { problems };
  return {
    file: main,
    around: {
      dropIns,
      skipped: names.filter((name) => !isToml(name) && !isLeftover(name)).map((name) => join(folder, name)),
      unsafe: unsafeFiles([path, folder, ...dropIns.map((file) => file.path)]),
      presets: readPresets(),
    },
  };
}

function readDropIns(paths: readonly string[], problems: Problem[]): readonly ConfigFile[] {
  const files: ConfigFile[] = [];
  let octets = 0;
  for (const path of paths) {
    const file = readText(path, problems, HINTS);
    if (file === undefined) continue;
    octets += file.text.length;
    if (octets > MOST_OCTETS) {
      problems.push(tooMuch(dirname(path), 'its files are larger than 8 MiB together'));
      break;
    }
    files.push(file);
  }
  return files;
}

const tooMuch = (folder: string, message: string): Problem => ({
  ...{ code: 'TH_CFG_TOO_LARGE', severity: 'error', file: folder, span: undefined, message },
  hint: 'check that it is the right folder',
});

/** Returns the shipped presets by name. */
export function readPresets(): ReadonlyMap<string, ConfigFile> {
  const folder = presetFolder();
  const files = tomlFiles(folder).map(
    (name) => [basename(name, '.toml'), readText(join(folder, name), [], HINTS)] as const,
  );
  return new Map(files.filter((entry): entry is readonly [string, ConfigFile] => entry[1] !== undefined));
}

/** Returns the folder `config/presets` of the installation. */
function presetFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const presets = join(folder, 'config', 'presets');
    if (isFolder(presets) || folder === dirname(folder)) return presets;
  }
}

const isToml = (name: string): boolean => name.endsWith('.toml') && !name.startsWith('.');

/** Files of editors and package managers, and notes. */
const isLeftover = (name: string): boolean =>
  /^\.|~$|^README|\.(md|bak|orig|old|swp|dpkg-\w+|rpm\w+|disabled)$/.test(name);

const tomlFiles = (folder: string): readonly string[] => namesIn(folder, []).filter(isToml);

/** Returns the sorted names in a folder; none if it does not exist. */
function namesIn(folder: string, problems: Problem[]): readonly string[] {
  try {
    if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) return [];
    const names = listed(folder);
    if (names.length <= MOST_ENTRIES) return names.sort();
    problems.push(tooMuch(folder, `it holds more than ${MOST_ENTRIES} files`));
  } catch (error) {
    const message = `its files cannot be listed: ${(error as Error).message}`;
    const place = { file: folder, span: undefined, hint: `try: ls -ld ${folder}` };
    problems.push({ code: 'TH_CFG_UNREADABLE', severity: 'error', message, ...place });
  }
  return [];
}

/** Stops after `MOST_ENTRIES`: a folder may hold millions of names. */
function listed(path: string): string[] {
  const folder = opendirSync(path);
  try {
    const names: string[] = [];
    for (let entry = folder.readSync(); entry !== null && names.length <= MOST_ENTRIES; entry = folder.readSync())
      names.push(entry.name);
    return names;
  } finally {
    folder.closeSync();
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
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

const HINTS = { similar, contents };
