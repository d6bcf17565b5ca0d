import type { Stats } from 'node:fs';
import { FileRefused } from './file-kind.js';
import { type Identity, identity } from './identity.js';
import { isStranger } from './weakness.js';

const OTHERS = 0o007;
const GROUP = 0o070;

/**
 * Returns the reason why a file cannot hold a secret of the hub, or undefined. It must belong to root or to the user of this
 * process, and no other user may have access to it; a group may if it is root's or that of this process.
 */
export function secretFault(path: string, stat: Stats, me: Identity = identity()): FileRefused | undefined {
  if (isStranger(stat.uid, me))
    return new FileRefused('owner', `it belongs to another user (uid ${stat.uid}), who knows its secrets`);
  const access = (who: string) =>
    `${who} has access to its secrets (mode 0${(stat.mode & 0o7777).toString(8)}); run: chmod 0600 ${path}`;
  if ((stat.mode & OTHERS) !== 0) return new FileRefused('mode', access('every user'));
  if ((stat.mode & GROUP) !== 0 && !me.groups.has(stat.gid))
    return new FileRefused('mode', access(`the group with gid ${stat.gid}`));
  return undefined;
}
