import type { Stats } from 'node:fs';
import { type Identity, identity } from './identity.js';
import { pathSteps } from './path-steps.js';

/** Somebody other than root and the user of this process can change a file or folder. */
export interface Weakness {
  readonly path: string;
  /** A group is a weaker sign than the others: its members may all be the operator's own. */
  readonly by: 'everybody' | 'owner' | 'group';
  readonly message: string;
  readonly hint: string;
}

const WRITABLE_BY_OTHERS = 0o002;
const WRITABLE_BY_GROUP = 0o020;
/** In such a folder a file is renamed and removed by its owner alone (inode(7)). */
const STICKY = 0o1000;

/** The weakness of one file or folder by itself. */
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

/** Neither root nor the user of this process, as far as that can be known. */
export const isStranger = (uid: number, { owners, unmapped }: Identity): boolean =>
  !owners.has(uid) && uid !== unmapped;

/**
 * The weaknesses of an existing path: of the file itself and of each folder and link on the way to it, because who can rename
 * one of those decides what is found. A sticky folder such as /tmp is safe on the way, not at the end. Throws as lstat(2) does.
 */
export function weaknessesOf(path: string, me: Identity = identity()): readonly Weakness[] {
  const steps = pathSteps(path);
  const end = steps.at(-1);
  return steps.flatMap((step, index) => {
    const { stat } = step;
    // The owner of a link can replace it in a sticky folder only.
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

/** The same, for a path that may lead nowhere: what is not there is not weak. */
export function weaknessesIfThere(path: string, me: Identity = identity()): readonly Weakness[] {
  try {
    return weaknessesOf(path, me);
  } catch {
    return [];
  }
}
