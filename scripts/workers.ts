import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';

/**
 * Runs jobs in worker processes, one a core, and resolves with their results in the order of the jobs. The worker is `program`
 * with the argument `--worker`, which calls `serve`. The first failure rejects.
 */
export async function runInWorkers<Job, Result>(program: string, jobs: readonly Job[]): Promise<readonly Result[]> {
  const results: Result[] = [];
  const waiting = [...jobs.keys()];
  let left = jobs.length;
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child: ChildProcess = fork(program, ['--worker'], { stdio: 'inherit' });
      let current: number | undefined;
      const next = (): void => {
        current = waiting.shift();
        if (current === undefined) child.disconnect();
        else child.send({ job: jobs[current] });
      };
      child.on('message', ({ result, error }: { readonly result: Result; readonly error?: string }) => {
        if (error !== undefined) {
          reject(new Error(`${JSON.stringify(jobs[current!])}: ${error}`));
          return;
        }
        results[current!] = result;
        left--;
        if (process.stderr.isTTY) process.stderr.write(`\r${left} left `);
        next();
      });
      child.on('exit', (status) => (status === 0 ? resolve() : reject(new Error(`a worker exited with ${status}`))));
      next();
    });
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), jobs.length) }, work));
  return results;
}

/** Answers each job of the parent with the result of `work`. */
export function serve<Job, Result>(work: (job: Job) => Promise<Result> | Result): void {
  process.on('message', async ({ job }: { readonly job: Job }) => {
    try {
      process.send!({ result: await work(job) });
    } catch (error) {
      process.send!({ error: (error as Error).stack });
    }
  });
}
