/** Runs test files in child processes, each file in one of them, and passes on what they report. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { MARK } from './leftovers.mjs';

const WORKER = join(import.meta.dirname, 'worker.mjs');
const children = new Set();

/** Runs the files of a phase, `jobs` of them side by side. */
export async function runFiles({ files, jobs, grep }, report) {
  const queue = [...files];
  await Promise.all(Array.from({ length: Math.min(jobs, files.length) }, () => work(queue, grep, report)));
}

/** Kills all children at once. Returns their process ids; the system may take a moment until they are gone. */
export function killWorkers() {
  for (const child of children) child.kill('SIGKILL');
  return [...children].map(({ pid }) => pid);
}

/** One worker after the other takes files from the queue: one that dies loses the file it was at. */
async function work(queue, grep, report) {
  while (queue.length > 0) await workUntilItEnds(queue, grep, report);
}

function workUntilItEnds(queue, grep, report) {
  const child = fork(WORKER, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, [MARK]: process.pid },
  });
  children.add(child);
  let file;
  const next = () => {
    file = queue.shift();
    if (file === undefined) return child.kill('SIGKILL');
    report({ type: 'begin', file });
    return child.send({ file, grep });
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => report({ type: 'output', file, text: text.toString() }));
  }
  child.on('message', (message) => {
    if (message.type !== 'ready') report({ file, ...message });
    if (message.type === 'ready' || message.type === 'file') next();
  });
  const lost = (title, code, signal) => {
    const error = `the process of the test ended: ${signal ?? `exit status ${code}`}`;
    report({ type: 'end', file, suite: '', title, state: 'failed', durationMs: 0, error });
  };
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      children.delete(child);
      if (file !== undefined) {
        lost('runs to its end', code, signal);
        report({ type: 'file', file, skipped: [] });
      } else if (queue.length > 0) {
        // It has not even started: the next one would not do so either.
        file = queue[0];
        queue.length = 0;
        lost('is started', code, signal);
      }
      resolve();
    });
  });
}
