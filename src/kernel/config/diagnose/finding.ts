import type { ErrorCode } from '../../../api/index.js';
import { showHeader } from '../toml-value.js';
import type { KeyPath } from './place-index.js';
import type { Severity } from './problem.js';

/** A fault of the merged configuration, without its place in a file. */
export interface Finding {
  readonly code: ErrorCode;
  /** Default: error. */
  readonly severity?: Severity;
  readonly path: KeyPath;
  readonly at: 'key' | 'value';
  readonly message: string;
  readonly hint?: string | undefined;
  /** The finding says that something is missing; it is dropped if part of a file could not be read. */
  readonly absence?: true;
  /** The file to show, if `path` alone would lead to another one. */
  readonly file?: string;
  /** The key that was probably meant, for an unknown key. */
  readonly meant?: string;
  /** The missing key of a table. */
  readonly lacks?: string;
}

export function missingKey(table: KeyPath, key: string, needed: string | undefined): Finding {
  const message = `${showHeader(table)} needs the key "${key}"`;
  const hint = needed === undefined ? undefined : `${key} must be ${needed}`;
  return { code: 'TH_CFG_MISSING_KEY', path: table, at: 'key', message, hint, absence: true, lacks: key };
}

/** Drops findings about a missing key if the key is there but misspelt. */
export function withoutMisspelt(findings: readonly Finding[]): readonly Finding[] {
  const place = (table: KeyPath, key: string) => JSON.stringify([...table, key]);
  const meant = new Set(
    findings.flatMap((each) => (each.meant === undefined ? [] : [place(each.path.slice(0, -1), each.meant)])),
  );
  return findings.filter(({ path, lacks }) => lacks === undefined || !meant.has(place(path, lacks)));
}

/** Returns a list of words, shortened for a hint. */
export const abridged = (words: readonly string[]): string =>
  words.length <= 14 ? words.join(', ') : `${words.slice(0, 13).join(', ')}, …`;
