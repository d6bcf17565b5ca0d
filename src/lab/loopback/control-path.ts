import { mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { folderFault, HubError, type SocketOrigin, socketFault } from '../../api/index.js';

/** Returns the default path of the lab's control socket, in a folder that only this user can write to. */
export function defaultControlPath(): string {
  const runtime = process.env.XDG_RUNTIME_DIR;
  return runtime === undefined || runtime === ''
    ? join('/tmp', `timehub-${process.getuid?.() ?? 0}`, 'lab.sock')
    : join(runtime, 'timehub-lab.sock');
}

/** Makes the folder of a control socket if it is missing. Throws `TH_LAB_SOCKET` if another user made it or may write to it. */
export function makeFolder(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  reject(folderFault(dirname(path), facts(path)));
  const { uid } = statSync(dirname(path));
  if (uid !== 0 && uid !== process.getuid?.()) reject(`${dirname(path)} belongs to the user ${uid}`);
}

/** Throws `TH_LAB_SOCKET` for a socket that another user could have put there. */
export const checkOwner = (path: string): void => reject(socketFault(path, facts(path)));

const facts = (path: string): { uid: number; origin: SocketOrigin } => ({
  uid: process.getuid?.() ?? 0,
  origin: path === defaultControlPath() ? 'own' : 'named',
});

function reject(fault: string | undefined): void {
  if (fault === undefined) return;
  throw new HubError('TH_LAB_SOCKET', `the control socket of the lab is not safe: ${fault}`, {
    hint: 'remove that folder or correct its owner and mode, or name another socket with --control',
  });
}
