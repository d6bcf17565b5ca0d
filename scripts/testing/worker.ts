/**
 * Runs test files, one for each message from its parent, and sends events (`WorkerMessage`). If the parent dies, it removes the
 * leftovers of the run and exits.
 */
import { join } from 'node:path';
import Mocha from 'mocha';
import { skipReasons } from '../../test/need.js';
import { root } from '../../test/place.js';
import { removeLeftovers } from './leftovers.js';
import type { TestEnd, WorkerMessage, WorkerTask } from './pool.js';

const send = (message: WorkerMessage): boolean => process.send!(message);

process.on('message', (task: WorkerTask) => void run(task));
process.on('disconnect', () => {
  removeLeftovers();
  process.exit(1);
});
send({ type: 'ready' });

async function run({ file, grep }: WorkerTask): Promise<void> {
  const mocha = new Mocha({ reporter: reporterOf(file), timeout: 20_000, ...(grep === undefined ? {} : { grep }) });
  mocha.addFile(join(root, file));
  try {
    await mocha.loadFilesAsync();
    await new Promise((resolve) => mocha.run(resolve));
    mocha.dispose();
  } catch (error) {
    const text = textOf(error as Error);
    send({ type: 'end', file, suite: '', title: 'is loaded', state: 'failed', durationMs: 0, error: text });
  }
  send({ type: 'file', file, skipped: skipReasons() });
}

/** A Mocha reporter that sends the events. A failed hook counts as a failed test. */
const reporterOf = (file: string): Mocha.ReporterConstructor =>
  class {
    constructor(runner: Mocha.Runner) {
      const start = ({ title }: Mocha.Runnable): boolean => send({ type: 'start', file, title });
      const end =
        (state: TestEnd['state']) =>
        ({ title, parent, duration = 0 }: Mocha.Runnable, error?: Error): boolean =>
          send({
            ...{ type: 'end', file, suite: parent!.fullTitle(), title, state, durationMs: duration },
            error: error && textOf(error),
          });
      runner.on('test', start);
      runner.on('hook', start);
      runner.on('pass', end('passed'));
      runner.on('fail', end('failed'));
      runner.on('pending', end('skipped'));
    }
  } as unknown as Mocha.ReporterConstructor;

/** Returns message, difference and stack like Mocha's output. */
function textOf(
  error: Error & { readonly showDiff?: boolean; readonly actual?: unknown; readonly expected?: unknown },
): string {
  const { Base } = Mocha.reporters;
  const { stringify } = Mocha.utils as unknown as { readonly stringify: (value: unknown) => string };
  const difference =
    error.showDiff !== false && 'expected' in error && 'actual' in error
      ? Base.generateDiff(stringify(error.actual), stringify(error.expected))
      : '';
  return `${error.stack ?? error.message ?? String(error)}${difference}`;
}
