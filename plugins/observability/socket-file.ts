import { accessSync, constants, lstatSync, mkdirSync, statSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { folderFault, HubError, originOf, type SocketOrigin } from 'timehub/api';

/** Maximum length of a path, octets: sockaddr_un holds 108 with the final zero (unix(7)). */
const LONGEST_PATH = 107;

/**
 * Makes the folder of a socket unless it exists. Throws `TH_NET_SOCKET` when it cannot be made or written, or when other users
 * could replace the socket in it.
 */
export function makeSocketFolder(path: string, origin: SocketOrigin = 'named'): void {
  const folder = dirname(path);
  try {
    // In a folder that all users may write to, the new folder is private.
    mkdirSync(folder, { recursive: true, mode: isAmongOthers(folder) ? 0o700 : 0o755 });
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw unusable(path, `${folder} is not writable: ${(cause as Error).message}`, cause);
  }
  const fault = folderFault(folder, { uid: process.getuid?.() ?? 0, origin });
  if (fault !== undefined)
    throw unusable(
      path,
      fault,
      undefined,
      'correct the owner and mode of that folder, remove it, or set another "socket"',
    );
}

/** Returns the first path whose folder can be used. Throws `TH_NET_SOCKET`. */
export function firstUsable(choices: readonly string[]): string {
  let last: unknown;
  for (const path of choices) {
    try {
      makeSocketFolder(path, originOf(path));
      return path;
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

/** Returns true when all users may write to the nearest existing folder above. */
function isAmongOthers(folder: string): boolean {
  const parent = dirname(folder);
  const found = statSync(parent, { throwIfNoEntry: false });
  return found === undefined ? parent !== folder && isAmongOthers(parent) : (found.mode & 0o002) !== 0;
}

/** Removes a socket file that no program uses. Throws `TH_NET_SOCKET` when one answers there, or when the file is no socket. */
export async function prepareSocket(path: string): Promise<void> {
  if (Buffer.byteLength(path) > LONGEST_PATH) throw unusable(path, `its path is longer than ${LONGEST_PATH} octets`);
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw unusable(path, 'a file that is not a socket exists there; it was not changed');
  const answer = await probe(path);
  if (answer === 'ECONNREFUSED') unlinkSync(path);
  else if (answer === 'open') throw unusable(path, 'another hub answers there');
  else if (answer !== 'ENOENT') throw unusable(path, `the existing socket cannot be probed (${answer})`);
}

/** Connects to the socket. Returns `open`, or the code of the error. */
function probe(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve('open');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

const unusable = (path: string, why: string, cause?: unknown, hint = ELSEWHERE): HubError =>
  new HubError('TH_NET_SOCKET', `the control socket ${path} cannot be used: ${why}`, { cause, hint });

const ELSEWHERE = 'stop the other hub, or set another "socket" in [sink.observability.…]';
