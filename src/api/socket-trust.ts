import { lstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * The rule by which a socket is believed to be the right one:
 * - `own`: a usual place of this user. It and its folder must belong to root or to this user, and others must not be able to
 *   write to the folder.
 * - `system`: a usual place of a service. The folder may also belong to the user to whom root gave it.
 * - `named`: the operator has named the place. As `system`, and the group may write to the folder.
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
 * Returns why others could have put the socket at `path` there, as a clause, or undefined. A path where there is nothing has no
 * fault. Root and `uid` are believed; the folder decides, because a socket can be replaced by those who may write to it.
 */
export function socketFault(path: string, facts: Facts): string | undefined {
  const folder = dirname(path);
  const fault = folderFault(folder, facts);
  if (fault !== undefined) return fault;
  const socket = lstatSync(path, { throwIfNoEntry: false });
  if (socket === undefined) return undefined;
  if (!socket.isSocket()) return `${path} is no socket`;
  const owners = facts.origin === 'own' ? [0, facts.uid] : [0, facts.uid, statSync(folder).uid];
  return owners.includes(socket.uid) ? undefined : foreign(path, socket, facts.uid);
}

/** The same for the folder alone. Undefined, too, when it is not there. */
export function folderFault(folder: string, { uid, origin }: Facts): string | undefined {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  const parent = statSync(dirname(folder));
  if (found.isSymbolicLink()) {
    if ((parent.mode & OTHERS_WRITE) !== 0)
      return `${folder} is a symbolic link in a folder that everybody may write to`;
    return statSync(folder, { throwIfNoEntry: false }) && folderFault(realpathSync(folder), { uid, origin });
  }
  if (!found.isDirectory()) return `${folder} is no folder`;
  const given = origin !== 'own' && parent.uid === 0 && !othersMayWrite(parent, 'system');
  if (found.uid !== 0 && found.uid !== uid && !given) return foreign(folder, found, uid);
  if (othersMayWrite(found, origin)) return `others may write to ${folder} (mode ${(found.mode & 0o7777).toString(8)})`;
  return undefined;
}

/** In a sticky folder others may add names, but not take those of somebody else. */
function othersMayWrite({ mode }: Stats, origin: SocketOrigin): boolean {
  if ((mode & STICKY) !== 0 && origin === 'named') return false;
  return (mode & (origin === 'named' ? OTHERS_WRITE : OTHERS_WRITE | GROUP_WRITES)) !== 0;
}

const foreign = (path: string, { uid }: Stats, own: number): string =>
  `${path} belongs to the user ${uid}, not to root or this user (${own})`;
