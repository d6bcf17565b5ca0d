import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Bench } from '../bench.js';
import type { Launched } from '../launch.js';
import { root } from '../place.js';
import { until } from '../poll.js';

const FIXTURE = 'test/daemon/left-behind.fixture.test.ts';

describe('a test run that is ended early', function () {
  this.timeout(60_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  /** Starts a run. Resolves in the middle of a test, with the processes and folders that it made. */
  async function start(): Promise<{ readonly run: Launched; readonly left: () => readonly string[] }> {
    const script = join(root, 'dist/scripts/test.js');
    const run = bench.launch(process.execPath, [script, FIXTURE], { cwd: root, env: { ...process.env } });
    const [, worker, sleeper] = await run.printed(/worker (\d+) sleeper (\d+) waits/, 30_000);
    const left = () => [
      ...[worker, sleeper].filter((pid) => existsSync(`/proc/${pid}`)).map((pid) => `process ${pid}`),
      ...(existsSync('/run/netns') ? readdirSync('/run/netns') : []).filter((name) => name.endsWith(`-${worker}`)),
      ...readdirSync(tmpdir()).filter((name) => name.startsWith(`timehub-test-${worker}-`)),
    ];
    expect(left()).to.have.length.of.at.least(3);
    return { run, left };
  }

  for (const [signal, status] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const) {
    it(`leaves nothing behind: ${signal}`, async () => {
      const { run, left } = await start();
      run.signal(signal);
      expect((await run.exited).code).to.equal(status);
      expect(run.output).to.match(/\d+ passed, \d+ failed\n$/);
      await nothingOf(left);
    });
  }

  it('leaves nothing behind: SIGKILL', async () => {
    const { run, left } = await start();
    run.signal('SIGKILL');
    await until(
      async () => left(),
      (things) => things.every((thing) => !thing.startsWith('process')),
      10_000,
    );
    // The worker is killed, too: the next run removes its folder and namespace.
    const { run: next } = await start();
    await nothingOf(left);
    next.signal('SIGTERM');
    await next.exited;
  });
});

/** A killed process is gone once its parent has reaped it. */
const nothingOf = (left: () => readonly string[]) =>
  until(
    async () => left(),
    (things) => things.length === 0,
    5000,
  );
