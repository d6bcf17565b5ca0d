import { type Weakness, weaknessesIfThere } from '../../../files/weakness.js';
import type { Problem } from '../diagnose/problem.js';

/**
 * Reports files and folders of the configuration that other users can change: they decide which code the hub runs. An error for
 * root; a warning for another user, or if only a group can write.
 */
export function unsafeFiles(paths: readonly string[], isRoot = process.geteuid?.() === 0): readonly Problem[] {
  const found = new Map<string, Weakness>();
  for (const weakness of paths.flatMap((path) => weaknessesIfThere(path))) found.set(weakness.path, weakness);
  return [...found.values()].map(({ path, by, message, hint }) => ({
    ...{ code: 'TH_CFG_UNSAFE', severity: isRoot && by !== 'group' ? 'error' : 'warning', span: undefined },
    ...{ file: path, message, hint },
  }));
}
