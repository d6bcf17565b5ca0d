import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

interface Waiter {
  readonly pattern: RegExp;
  readonly resolve: (match: RegExpExecArray) => void;
}

/** A program that a test has started. Its output is kept and can be waited for. */
export class Launched {
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #name: string;
  #output = '';
  #ended = false;
  #waiters: Waiter[] = [];

  constructor(command: string, args: readonly string[], options: SpawnOptions = {}) {
    this.#name = `${command} ${args.join(' ')}`;
    this.#child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#collect(chunk));
    this.#child.stderr?.on('data', (chunk: Buffer) => this.#collect(chunk));
    this.exited = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) => {
        this.#ended = true;
        resolve({ code, signal });
      });
    });
    this.exited.catch(() => {});
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** The output so far, of both streams. */
  get output(): string {
    return this.#output;
  }

  /** Resolves with the first match in the output within `timeoutMs`. Rejects if the program ends before. */
  async printed(pattern: RegExp, timeoutMs = 10_000): Promise<RegExpExecArray> {
    const early = pattern.exec(this.#output);
    if (early !== null) return early;
    const match = new Promise<RegExpExecArray>((resolve) => this.#waiters.push({ pattern, resolve }));
    const end = this.exited.then(({ code, signal }) => {
      throw new Error(`${this.#name} ended (${signal ?? code}) before it printed ${pattern}:\n${this.#output}`);
    });
    return within(
      timeoutMs,
      Promise.race([match, end]),
      () => `${this.#name} did not print ${pattern}:\n${this.#output}`,
    );
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Sends the signal, and SIGKILL after `graceMs`. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', graceMs = 5000): Promise<Exit> {
    if (this.#ended) return this.exited;
    this.#child.kill(signal);
    const force = setTimeout(() => this.#child.kill('SIGKILL'), graceMs);
    try {
      return await this.exited;
    } finally {
      clearTimeout(force);
    }
  }

  #collect(chunk: Buffer): void {
    this.#output += chunk.toString();
    this.#waiters = this.#waiters.filter(({ pattern, resolve }) => {
      const match = pattern.exec(this.#output);
      if (match !== null) resolve(match);
      return match === null;
    });
  }
}

/** Rejects with `what()` if the promise has not settled in time. */
export async function within<T>(timeoutMs: number, promise: Promise<T>, what: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`after ${timeoutMs} ms: ${what()}`)), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs a program to its end. Returns its output. */
export async function run(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<Exit & { readonly output: string }> {
  const launched = new Launched(command, args, options);
  const exit = await launched.exited;
  return { ...exit, output: launched.output };
}
