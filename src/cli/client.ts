import { request } from 'node:http';
import { HubError, originOf, socketCandidates, socketFault } from '../api/index.js';
import { readAnswer } from './read-answer.js';

/** Options of all commands that read a running hub. */
export interface HubReadOptions {
  readonly socket?: string;
  readonly json?: boolean;
}

/** A connection to a running hub over its control socket. */
export interface HubClient {
  readonly socket: string;
  /** Resolves with the body of `GET path` as JSON. Rejects with `TH_CLI_NO_HUB`, `TH_CLI_NOT_FOUND`. */
  get<T>(path: string): Promise<T>;
  /** Yields the server-sent events of `path` until the hub ends the stream or the signal fires. */
  events(path: string, signal: AbortSignal): AsyncGenerator<{ readonly event: string; readonly data: unknown }>;
}

const PATIENCE_MS = 3000;
/** Maximum length of an answer, characters. */
const LARGEST = 1 << 24;

/**
 * Returns a client for `--socket PATH`, or for the first of the usual sockets at which a hub answers. A usual socket that another
 * user could have made is not asked. A named one is asked, with a warning.
 */
export async function openClient(socket: string | undefined): Promise<HubClient> {
  const uid = process.getuid?.() ?? 0;
  const candidates = socketCandidates({ runtimeDirectory: process.env.XDG_RUNTIME_DIR, uid });
  const faults: string[] = [];
  let isForeign = false;
  if (socket !== undefined) warnOnce(socketFault(socket, { uid, origin: 'named' }));
  for (const path of socket === undefined ? candidates : [socket]) {
    const fault = socket === undefined ? socketFault(path, { uid, origin: originOf(path) }) : undefined;
    if (fault !== undefined) {
      isForeign = true;
      faults.push(`${path} (not asked: ${fault})`);
      continue;
    }
    try {
      await getText(path, '/v1/status');
      return clientOf(path);
    } catch (error) {
      faults.push(`${path}: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`);
    }
  }
  throw new HubError('TH_CLI_NO_HUB', `no hub answers at ${faults.join(', ')}`, {
    hint: isForeign ? DISTRUST : NO_HUB,
  });
}

const NO_HUB = 'start one with "timehub run <config>", or name its control socket with --socket';
const DISTRUST =
  'another user may answer there in the name of a hub: see who made it with "ls -ld", remove it or correct its owner and mode, or name the control socket of your hub with --socket';

let warned: string | undefined;

/** Warns once: `timehub wait` opens a client five times a second. */
function warnOnce(fault: string | undefined): void {
  if (fault !== undefined && fault !== warned) console.error(`timehub: the answers may be forged: ${fault}`);
  warned = fault;
}

function clientOf(socket: string): HubClient {
  return {
    socket,
    get: async <T>(path: string) => readAnswer(await getText(socket, path)) as T,
    async *events(path, signal) {
      let pending = '';
      for await (const chunk of await open(socket, path, signal)) {
        pending += String(chunk);
        const blocks = pending.split('\n\n');
        pending = blocks.pop()!;
        checkLength(pending, socket, path);
        for (const block of blocks) {
          const field = (name: string) =>
            block
              .split('\n')
              .filter((line) => line.startsWith(`${name}:`))
              .map((line) => line.slice(name.length + 1).trimStart())
              .join('\n');
          if (field('data') !== '') yield { event: field('event') || 'message', data: readAnswer(field('data')) };
        }
      }
    },
  };
}

async function getText(socket: string, path: string): Promise<string> {
  let text = '';
  for await (const chunk of await open(socket, path, AbortSignal.timeout(PATIENCE_MS))) {
    text += chunk;
    checkLength(text, socket, path);
  }
  return text;
}

function checkLength({ length }: string, socket: string, path: string): void {
  if (length > LARGEST) throw new HubError('TH_CLI_NO_HUB', `the answer at ${socket} to ${path} has no end`);
}

function open(socketPath: string, path: string, signal: AbortSignal): Promise<AsyncIterable<Buffer | string>> {
  return new Promise((resolve, reject) => {
    // No connection is kept for the next request: the hub may close it meanwhile to serve another client.
    const asked = request({ socketPath, path, headers: { host: 'localhost' }, agent: false, signal }, (response) => {
      response.setEncoding('utf8');
      if (response.statusCode === 200) return resolve(response);
      response.resume();
      reject(new HubError('TH_CLI_NOT_FOUND', `the hub answers ${response.statusCode} to ${path}`));
    });
    asked.on('error', reject).end();
  });
}
