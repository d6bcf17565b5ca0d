import { accessSync, constants, lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { HubError } from 'timehub/api';

/** sockaddr_un holds 108 octets with the closing zero (unix(7)). */
const LONGEST_PATH = 107;

/** Makes the folder of a socket unless it exists. Throws `TH_NET_SOCKET` when it is not there or not ours to write. */
export function makeSocketFolder(path: string): void {
  const folder = dirname(path);
  try {
    // /tmp is everybody's: only a folder of our own there is safe.
    mkdirSync(folder, { recursive: true, mode: folder.startsWith('/tmp/') ? 0o700 : 0o755 });
    if (folder.startsWith('/tmp/timehub-') && lstatSync(folder).uid !== process.getuid?.())
      throw new Error('it belongs to somebody else');
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw unusable(path, `${folder} is not writable: ${(cause as Error).message}`, cause);
  }
}

/** The first of several places that can be written. Throws `TH_NET_SOCKET`. */
export function firstWritable(choices: readonly string[]): string {
  let last: unknown;
  for (const path of choices) {
    try {
      makeSocketFolder(path);
      return path;
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

/** Removes a socket file that nobody answers at. Throws `TH_NET_SOCKET` when somebody does, or when it is no socket. */
export async function prepareSocket(path: string): Promise<void> {
  if (Buffer.byteLength(path) > LONGEST_PATH) throw unusable(path, `its path is longer than ${LONGEST_PATH} octets`);
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw unusable(path, 'there is a file that is no socket, and it is left alone');
  const answer = await knock(path);
  if (answer === 'ECONNREFUSED') unlinkSync(path);
  else if (answer === 'open') throw unusable(path, 'another hub answers there');
  else if (answer !== 'ENOENT') throw unusable(path, `what is there cannot be asked (${answer})`);
}

/** Whether somebody listens: `open`, or the code of the error. */
function knock(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve('open');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

const unusable = (path: string, why: string, cause?: unknown): HubError =>
  new HubError('TH_NET_SOCKET', `the control socket ${path} cannot be used: ${why}`, {
    cause,
    hint: 'stop the other hub, or set another "socket" in [sink.observability.…]',
  });
