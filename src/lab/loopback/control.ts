import { lstatSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { cleanText, type ErrorCode, HubError, LONGEST_SENTENCE } from '../../api/index.js';
import { checkOwner, makeFolder } from './control-path.js';
import type { Lab, LabPartReport } from './lab.js';

export { defaultControlPath } from './control-path.js';

export type LabAction = 'list' | 'stop' | 'start';

type Answer =
  | { readonly parts: readonly LabPartReport[] }
  | { readonly error: { readonly code: string; readonly message: string; readonly hint?: string | undefined } };

const LONGEST_COMMAND = 1024;
const MOST_CONNECTIONS = 16;

/** Takes commands for the lab at a Unix socket, one JSON line each way. Replaces a socket file without a listener. */
export async function serveControl(lab: Lab, path: string): Promise<{ close(): Promise<void> }> {
  makeFolder(path);
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found !== undefined) {
    if (!found.isSocket())
      throw new HubError('TH_LAB_SOCKET', `${path} is not a socket and is not replaced`, {
        hint: 'remove it, or give the lab another socket',
      });
    if (await answers(path))
      throw new HubError('TH_LAB_BUSY', `another lab listens at ${path}`, {
        hint: 'stop it, or give this lab another socket',
      });
    rmSync(path);
  }
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, lab);
  });
  server.maxConnections = MOST_CONNECTIONS;
  await listening(server, path);
  return {
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * Gives one command to the lab that listens at `path`. Returns its parts after it, a line each. `name` may be "all". Throws the
 * lab's error, `TH_LAB_UNREACHABLE`, or `TH_LAB_SOCKET` for a socket that may be another user's.
 */
export async function askLab(path: string, action: LabAction, name?: string): Promise<string> {
  if (action !== 'list' && name === undefined) {
    throw new HubError('TH_LAB_COMMAND', `lab ${action} needs the name of a part`, {
      hint: '"timehub lab list" shows the names; "all" means all parts',
    });
  }
  checkOwner(path);
  const answer = JSON.parse(await exchange(path, `${JSON.stringify({ action, name })}\n`)) as Answer;
  if ('parts' in answer) return formatParts(answer.parts);
  const { code, message, hint } = answer.error;
  throw new HubError(
    code as ErrorCode,
    cleanText(message, LONGEST_SENTENCE),
    hint === undefined ? {} : { hint: cleanText(hint, LONGEST_SENTENCE) },
  );
}

function formatParts(parts: readonly LabPartReport[]): string {
  const width = Math.max(...parts.map(({ name }) => name.length));
  return parts
    .map(
      ({ name, running, served, summary }) =>
        `${name.padEnd(width)}  ${running ? 'runs   ' : 'stopped'}  ${summary}, ${served} served`,
    )
    .join('\n');
}

function serve(socket: Socket, lab: Lab): void {
  let text = '';
  socket.on('error', () => socket.destroy());
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    const end = text.indexOf('\n');
    if (end < 0 && text.length > LONGEST_COMMAND) socket.destroy();
    if (end < 0) return;
    socket.removeAllListeners('data');
    void answer(lab, text.slice(0, end)).then((reply) => socket.end(`${JSON.stringify(reply)}\n`));
  });
}

async function answer(lab: Lab, line: string): Promise<Answer> {
  try {
    const { action, name } = JSON.parse(line) as { readonly action?: unknown; readonly name?: unknown };
    const names = name === 'all' ? lab.list().map((part) => part.name) : [String(name)];
    if (action === 'stop' || action === 'start') for (const each of names) await lab[action](each);
    return { parts: lab.list() };
  } catch (error) {
    const message = cleanText((error as Error).message, LONGEST_SENTENCE);
    return {
      error:
        error instanceof HubError
          ? { code: error.code, message, hint: error.hint }
          : { code: 'TH_LAB_COMMAND', message },
    };
  }
}

function exchange(path: string, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const fail = (cause?: Error) =>
      reject(
        new HubError('TH_LAB_UNREACHABLE', `no lab answers at ${path}`, {
          cause,
          hint: 'start the demo with npm start',
        }),
      );
    const socket = connect(path, () => socket.write(request));
    socket.on('error', fail);
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('end', () => (text === '' ? fail() : resolve(text)));
  });
}

const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

const listening = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new HubError('TH_LAB_SOCKET', `cannot listen at ${path}: ${cause.message}`, { cause })),
    );
    server.listen(path, resolve);
  });
