import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

type Json = Record<string, unknown>;
type Message = {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Json;
  readonly result?: Json;
  readonly error?: Json;
};

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-pipe',
];

/** Where a Chromium is on this machine. Undefined: the test that wants one is skipped. */
export const findBrowser = (): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find(existsSync);

/** A headless Chromium with one page, spoken to in the Chrome DevTools protocol over two pipes. */
export class Browser {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #input: Writable;
  readonly #waiting = new Map<
    number,
    { readonly resolve: (result: Json) => void; readonly reject: (error: Error) => void }
  >();
  readonly #handlers = new Set<(method: string, params: Json) => void>();
  #rest = '';
  #session: string | undefined;
  #last = 0;

  constructor(path: string) {
    this.#profile = mkdtempSync(join(tmpdir(), 'timehub-browser-'));
    const stdio = ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] as const;
    this.#process = spawn(path, [...FLAGS, `--user-data-dir=${this.#profile}`, 'about:blank'], { stdio: [...stdio] });
    this.#input = this.#process.stdio[3] as Writable;
    const output = this.#process.stdio[4] as Readable;
    output.setEncoding('utf8').on('data', (chunk: string) => this.#read(chunk));
    this.#process.once('error', (error) => this.#abandon(error));
    this.#process.once('exit', () => this.#abandon(new Error('the browser has ended')));
    this.#input.on('error', () => {});
  }

  /** Takes hold of the first page. */
  async attach(): Promise<void> {
    const { targetInfos } = (await this.send('Target.getTargets')) as {
      targetInfos: { type: string; targetId: string }[];
    };
    const page = targetInfos.find(({ type }) => type === 'page');
    const targetId = page?.targetId ?? (await this.send('Target.createTarget', { url: 'about:blank' })).targetId;
    this.#session = (await this.send('Target.attachToTarget', { targetId, flatten: true })).sessionId as string;
  }

  send(method: string, params: Json = {}): Promise<Json> {
    const id = ++this.#last;
    const answer = new Promise<Json>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    const session = this.#session === undefined ? {} : { sessionId: this.#session };
    this.#input.write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    return answer;
  }

  on(handler: (method: string, params: Json) => void): void {
    this.#handlers.add(handler);
  }

  async close(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, 'exit');
      this.#process.kill();
      await ended;
    }
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  #read(chunk: string): void {
    const parts = (this.#rest + chunk).split('\0');
    this.#rest = parts.pop()!;
    for (const part of parts) this.#hear(JSON.parse(part) as Message);
  }

  #hear({ id, method, params, result, error }: Message): void {
    if (method !== undefined) for (const handler of this.#handlers) handler(method, params ?? {});
    const waiting = id === undefined ? undefined : this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id!);
    if (error === undefined) waiting.resolve(result ?? {});
    else waiting.reject(new Error(String(error.message)));
  }

  #abandon(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
