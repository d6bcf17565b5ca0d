import { lstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * The rule by which a client trusts a socket:
 * - `own`: a usual path of this user. Socket and folder must belong to root or this user, and no other user may write to the
 *   folder.
 * - `system`: a usual path of a service. The folder may also belong to the user to whom root gave it.
 * - `named`: a path that the operator named. Same as `system`, but the group may write to the folder.
 */
export type SocketOrigin = 'own' | 'system' | 'named';

interface Facts {
  readonly uid: number;
  readonly origin: SocketOrigin;
}

const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

/**
 * Returns the reason, as a clause, why another user may have created the socket at `path`, or undefined. A path without a
 * socket has no fault. Root and `uid` are trusted. The folder is checked too, because users who can write to it can replace the
 * socket.
 */
export function socketFault(path: string, facts: Facts): string | undefined {
  const folder = dirname(path);
  const fault = folderFault(folder, facts);
  if (fault !== undefined) return fault;
  const socket = lstatSync(path, { throwIfNoEntry: false });
  if (socket === undefined) return undefined;
  if (!socket.isSocket()) return `${path} is not a socket`;
  const owners = facts.origin === 'own' ? [0, facts.uid] : [0, facts.uid, statSync(folder).uid];
  return owners.includes(socket.uid) ? undefined : foreign(path, socket, facts.uid);
}

/** Same for the folder alone; undefined if it does not exist. */
export function folderFault(folder: string, { uid, origin }: Facts): string | undefined {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  const parent = statSync(dirname(folder));
  if (found.isSymbolicLink()) {
    if ((parent.mode & OTHERS_WRITE) !== 0)
      return `${folder} is a symbolic link in a folder that every user can write to`;
    return statSync(folder, { throwIfNoEntry: false }) && folderFault(realpathSync(folder), { uid, origin });
  }
  if (!found.isDirectory()) return `${folder} is not a folder`;
  const given = origin !== 'own' && parent.uid === 0 && !othersMayWrite(parent, 'system');
  if (found.uid !== 0 && found.uid !== uid && !given) return foreign(folder, found, uid);
  if (othersMayWrite(found, origin))
    return `other users can write to ${folder} (mode ${(found.mode & 0o7777).toString(8)})`;
  return undefined;
}

/** In a sticky folder other users can add files, but not replace those of another user. */
function othersMayWrite({ mode }: Stats, origin: SocketOrigin): boolean {
  if ((mode & STICKY) !== 0 && origin === 'named') return false;
  return (mode & (origin === 'named' ? OTHERS_WRITE : OTHERS_WRITE | GROUP_WRITES)) !== 0;
}

const foreign = (path: string, { uid }: Stats, own: number): string =>
  `${path} belongs to the user ${uid}, not to root or this user (${own})`;
