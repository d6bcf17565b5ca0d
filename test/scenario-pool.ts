import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

/** A worker's result of one scenario. */
export type Report =
  | { readonly error: string }
  | {
      readonly error?: undefined;
      /** A sentence for each limit that was not kept. */
      readonly faults: readonly string[];
      readonly expect: 'hold' | 'miss';
      readonly because: string | undefined;
    };

/** Runs scenarios in worker processes, several at a time. A test waits only for its own. */
export class ScenarioPool {
  readonly #waiting: string[] = [];
  readonly #workers: ChildProcess[] = [];
  readonly #resolve = new Map<string, (report: Report) => void>();
  readonly #reports = new Map<string, Promise<Report>>();

  constructor(paths: readonly string[], workers: number) {
    for (const path of paths) {
      this.#waiting.push(path);
      this.#reports.set(path, new Promise((resolve) => this.#resolve.set(path, resolve)));
    }
    for (let i = 0; i < workers; i++) this.#work(fork(join(import.meta.dirname, 'scenario-worker.js')));
  }

  report(path: string): Promise<Report> {
    return this.#reports.get(path)!;
  }

  close(): void {
    for (const worker of this.#workers) worker.kill();
  }

  #work(worker: ChildProcess): void {
    let path: string | undefined;
    const next = (): void => {
      path = this.#waiting.shift();
      if (path === undefined) worker.disconnect();
      else worker.send(path);
    };
    const answered = (report: Report): void => {
      this.#resolve.get(path!)!(report);
      next();
    };
    worker.on('message', answered);
    worker.on('exit', (status) => {
      if (path !== undefined) this.#resolve.get(path)!({ error: `the worker ended with status ${status}` });
    });
    this.#workers.push(worker);
    next();
  }
}
