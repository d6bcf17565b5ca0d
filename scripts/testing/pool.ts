/** Runs test files in child processes, one file at a time in each, and passes on their messages. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { MARK } from './leftovers.js';
import type { Phase } from './suites.js';

/** The result of one test. */
export interface TestEnd {
  readonly type: 'end';
  readonly file: string;
  readonly suite: string;
  readonly title: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly durationMs: number;
  readonly error?: string | undefined;
}

/** A message from a worker. */
export type WorkerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'start'; readonly file: string; readonly title: string }
  | TestEnd
  | { readonly type: 'file'; readonly file: string; readonly skipped: readonly string[] };

/** A test file that a worker runs. */
export interface WorkerTask {
  readonly file: string;
  readonly grep: string | undefined;
}

/** A message from the pool about a run. */
export type RunMessage =
  | Exclude<WorkerMessage, { type: 'ready' }>
  | { readonly type: 'begin'; readonly file: string }
  | { readonly type: 'output'; readonly file: string | undefined; readonly text: string };

type Report = (message: RunMessage) => void;

const WORKER = join(import.meta.dirname, 'worker.js');
const children = new Set<ChildProcess>();

/** Runs the files of a phase. */
export async function runFiles({ files, jobs }: Phase, grep: string | undefined, report: Report): Promise<void> {
  const queue = [...files];
  const work = async (): Promise<void> => {
    while (queue.length > 0) await workUntilItEnds(queue, grep, report);
  };
  await Promise.all(Array.from({ length: Math.min(jobs, files.length) }, work));
}

/** Kills all children at once. Returns their process ids; the system may take a moment until they are gone. */
export function killWorkers(): readonly number[] {
  for (const child of children) child.kill('SIGKILL');
  return [...children].flatMap(({ pid = [] }) => pid);
}

/** Lets one worker take files from the queue. If the worker dies, its current file has failed. */
function workUntilItEnds(queue: string[], grep: string | undefined, report: Report): Promise<void> {
  const child = fork(WORKER, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, [MARK]: String(process.pid) },
  });
  children.add(child);
  let file: string | undefined;
  const next = (): void => {
    file = queue.shift();
    if (file === undefined) {
      child.kill('SIGKILL');
      return;
    }
    report({ type: 'begin', file });
    child.send({ file, grep } satisfies WorkerTask);
  };
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (text: Buffer) => report({ type: 'output', file, text: text.toString() }));
  }
  child.on('message', (message: WorkerMessage) => {
    if (message.type !== 'ready') report(message);
    if (message.type === 'ready' || message.type === 'file') next();
  });
  const lose = (lost: string, title: string, end: string): void => {
    const error = `the process of the test ended: ${end}`;
    report({ type: 'end', file: lost, suite: '', title, state: 'failed', durationMs: 0, error });
  };
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      children.delete(child);
      const end = signal ?? `exit status ${code}`;
      if (file !== undefined) {
        lose(file, 'runs to its end', end);
        report({ type: 'file', file, skipped: [] });
      } else if (queue.length > 0) {
        // The worker did not start, so the next one would not start either.
        lose(queue[0]!, 'is started', end);
        queue.length = 0;
      }
      resolve();
    });
  });
}
