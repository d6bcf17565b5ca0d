import { type Weakness, weaknessesIfThere } from '../../../files/weakness.js';
import type { Problem } from '../diagnose/problem.js';

/**
 * Tells which files and folders of the configuration others can change: they decide what code this user runs. An error for
 * root, whose rights they would have; a warning for another user, and where only a group can write.
 */
export function unsafeFiles(paths: readonly string[], isRoot = process.geteuid?.() === 0): readonly Problem[] {
  const found = new Map<string, Weakness>();
  for (const weakness of paths.flatMap((path) => weaknessesIfThere(path))) found.set(weakness.path, weakness);
  return [...found.values()].map(({ path, by, message, hint }) => ({
    ...{ code: 'TH_CFG_UNSAFE', severity: isRoot && by !== 'group' ? 'error' : 'warning', span: undefined },
    ...{ file: path, message, hint },
  }));
}
