import { execFileSync, spawn } from 'node:child_process';
import { Bench } from '../bench.js';

/** Starts processes as tests do, and waits until test/daemon/test-runner.test.ts ends the run. */
describe('a test that is ended', function () {
  this.timeout(0);

  it('waits', async () => {
    new Bench();
    // In its own session, the process gets no signal of a terminal.
    const sleeper = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
    if (process.getuid?.() === 0) execFileSync('ip', ['netns', 'add', `timehub-fixture-${process.pid}`]);
    process.stdout.write(`worker ${process.pid} sleeper ${sleeper.pid} waits\n`);
    await new Promise(() => setInterval(() => {}, 1000));
  });
});
