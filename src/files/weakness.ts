import type { Stats } from 'node:fs';
import { type Identity, identity } from './identity.js';
import { pathSteps } from './path-steps.js';

/** A file or folder that users other than root and the user of this process can change. */
export interface Weakness {
  readonly path: string;
  /** `group` is the weakest sign: all members may be the operator's own accounts. */
  readonly by: 'everybody' | 'owner' | 'group';
  readonly message: string;
  readonly hint: string;
}

const WRITABLE_BY_OTHERS = 0o002;
const WRITABLE_BY_GROUP = 0o020;
/** Only the owner of a file in such a folder can rename or remove it (inode(7)). */
const STICKY = 0o1000;

/** Returns the weakness of one file or folder, regardless of the path to it. */
export function weaknessOf(path: string, stat: Stats, me: Identity = identity()): Weakness | undefined {
  const mode = `mode 0${(stat.mode & 0o7777).toString(8)}`;
  if (isStranger(stat.uid, me))
    return {
      ...{ path, by: 'owner', message: `it belongs to another user (uid ${stat.uid}), who can change it` },
      hint: `chown ${me.uid === 0 ? 'root' : me.uid} ${path}`,
    };
  if ((stat.mode & WRITABLE_BY_OTHERS) !== 0)
    return {
      ...{ path, by: 'everybody', message: `every user can change it (${mode})` },
      hint: `chmod o-w ${path}`,
    };
  if ((stat.mode & WRITABLE_BY_GROUP) !== 0 && !me.groups.has(stat.gid))
    return {
      ...{ path, by: 'group', message: `the group with gid ${stat.gid} can change it (${mode})` },
      hint: `chmod g-w ${path}`,
    };
  return undefined;
}

/** Returns true for an owner that is not trusted. An unmapped owner cannot be known and counts as trusted. */
export const isStranger = (uid: number, { owners, unmapped }: Identity): boolean =>
  !owners.has(uid) && uid !== unmapped;

/**
 * Returns the weaknesses of an existing path: of the file and of each folder and link on the way to it, because a user who can
 * rename one of those decides which file is found. A sticky folder such as /tmp is safe on the way, but not at the end. Throws
 * the error of lstat(2).
 */
export function weaknessesOf(path: string, me: Identity = identity()): readonly Weakness[] {
  const steps = pathSteps(path);
  const end = steps.at(-1);
  return steps.flatMap((step, index) => {
    const { stat } = step;
    // Owning a link lets a user replace it only in a sticky folder.
    if (stat.isSymbolicLink()) {
      const folder = steps.slice(0, index).findLast((earlier) => earlier.stat.isDirectory())!.stat;
      if ((folder.mode & STICKY) === 0 || !isStranger(stat.uid, me)) return [];
      return [weaknessOf(step.path, stat, me)!];
    }
    const weakness = weaknessOf(step.path, stat, me);
    const isPassedSafely = step !== end && (stat.mode & STICKY) !== 0 && weakness?.by !== 'owner';
    return weakness === undefined || isPassedSafely ? [] : [weakness];
  });
}

/** Same for a path that may not exist: then there is no weakness. */
export function weaknessesIfThere(path: string, me: Identity = identity()): readonly Weakness[] {
  try {
    return weaknessesOf(path, me);
  } catch {
    return [];
  }
}
