import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Duplex, Readable, Writable } from 'node:stream';
import type { Bench } from './bench.js';
import type { Peer } from './peers.js';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** One page in a headless Chromium, controlled by the DevTools protocol over a pipe (messages end in NUL). */
export class Page {
  /** Errors that the page wrote to its console or threw, and resources that failed to load. */
  readonly complaints: string[] = [];
  readonly #pipe: Writable;
  readonly #waiting = new Map<number, (message: Message) => void>();
  #session = '';
  #count = 0;

  static async open(bench: Bench, chromium: Peer, url: string): Promise<Page> {
    const browser = spawn(
      chromium.program,
      ['--no-sandbox', '--disable-gpu', '--remote-debugging-pipe', `--user-data-dir=${bench.folder.at('chromium')}`],
      {
        env: { ...chromium.env, XDG_DATA_HOME: join(chromium.folder, 'usr/share') },
        stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      },
    );
    const ended = new Promise((resolve) => browser.once('close', resolve));
    bench.later(() => {
      browser.kill();
      return ended;
    });
    const page = new Page(browser.stdio[3] as Duplex, browser.stdio[4] as Duplex);
    await page.#attach(url);
    return page;
  }

  private constructor(to: Writable, from: Readable) {
    this.#pipe = to;
    let pending = '';
    from.setEncoding('utf8').on('data', (chunk: string) => {
      const messages = (pending + chunk).split('\0');
      pending = messages.pop()!;
      for (const message of messages) this.#receive(JSON.parse(message) as Message);
    });
  }

  /** Returns the value of an expression in the page. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result } = await this.#ask('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
    return (result as { readonly value: T }).value;
  }

  /** Returns a screenshot as PNG. */
  async screenshot(): Promise<Buffer> {
    const { data } = await this.#ask('Page.captureScreenshot', { format: 'png' });
    return Buffer.from(data as string, 'base64');
  }

  async #attach(url: string): Promise<void> {
    const { targetId } = await this.#ask('Target.createTarget', { url: 'about:blank', width: 1280, height: 900 });
    const { sessionId } = await this.#ask('Target.attachToTarget', { targetId, flatten: true });
    this.#session = sessionId as string;
    for (const domain of ['Runtime', 'Log', 'Page']) await this.#ask(`${domain}.enable`, {});
    await this.#ask('Page.navigate', { url });
  }

  #ask(method: string, params: object): Promise<Record<string, unknown>> {
    const id = ++this.#count;
    const session = this.#session === '' ? {} : { sessionId: this.#session };
    this.#pipe.write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        if (result === undefined) reject(new Error(`${method}: ${error?.message}`));
        else resolve(result);
      });
    });
  }

  #receive(message: Message): void {
    if (message.id !== undefined) {
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
      return;
    }
    if (isComplaint(message)) this.complaints.push(JSON.stringify(message.params));
  }
}

function isComplaint({ method, params }: Message): boolean {
  if (method === 'Runtime.exceptionThrown') return true;
  if (method === 'Runtime.consoleAPICalled') return params?.type === 'error';
  return method === 'Log.entryAdded' && (params?.entry as { readonly level?: string } | undefined)?.level === 'error';
}
