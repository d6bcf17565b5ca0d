/**
 * Runs test files, one for each message from its parent, and sends what happens: `{ type: 'start' | 'end' | 'file' }`.
 * If the parent dies, it removes what the run made and ends.
 */
import { root } from '../tree.mjs';
import { removeLeftovers } from './leftovers.mjs';

const { default: Mocha } = await import('mocha');
const { skipReasons } = await import('../../dist/test/need.js');

process.on('message', ({ file, grep }) => void run(file, grep));
process.on('disconnect', () => {
  removeLeftovers();
  process.exit(1);
});
process.send({ type: 'ready' });

async function run(file, grep) {
  const mocha = new Mocha({ reporter: reporterOf(file), timeout: 5000, ...(grep === undefined ? {} : { grep }) });
  mocha.addFile(`${root}/${file}`);
  try {
    await mocha.loadFilesAsync();
    await new Promise((resolve) => mocha.run(resolve));
    mocha.dispose();
  } catch (error) {
    process.send({
      type: 'end',
      file,
      suite: '',
      title: 'is loaded',
      state: 'failed',
      durationMs: 0,
      error: textOf(error),
    });
  }
  process.send({ type: 'file', file, skipped: skipReasons() });
}

/** A reporter of Mocha that sends the events. A failed hook counts as a failed test. */
const reporterOf = (file) =>
  class {
    constructor(runner) {
      const send = (type, test, fields) =>
        process.send({ type, file, suite: test.parent.fullTitle(), title: test.title, ...fields });
      const end = (state) => (test, error) =>
        send('end', test, {
          state,
          durationMs: test.duration ?? 0,
          error: error === undefined ? undefined : textOf(error),
        });
      runner.on('test', (test) => send('start', test));
      runner.on('hook', (hook) => send('start', hook));
      runner.on('pass', end('passed'));
      runner.on('fail', end('failed'));
      runner.on('pending', end('skipped'));
    }
  };

/** Message, difference and stack, as Mocha prints them. */
function textOf(error) {
  const { Base } = Mocha.reporters;
  const difference =
    error.showDiff !== false && 'expected' in error && 'actual' in error
      ? Base.generateDiff(Mocha.utils.stringify(error.actual), Mocha.utils.stringify(error.expected))
      : '';
  return `${error.stack ?? error.message ?? String(error)}${difference}`;
}
