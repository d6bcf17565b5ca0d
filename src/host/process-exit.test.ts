import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { layoutKnown } from './libc.js';
import { loadNative } from './native.js';

const module = new URL('./process-exit.js', import.meta.url).href;

describe('the end of a process', function () {
  this.timeout(20_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'timehub-exit-'));
    spawnSync('mkfifo', [join(folder, 'fifo')]);
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Runs JavaScript in another process, in which a thread waits for a FIFO for ever. */
  function run(script: string, addon?: string) {
    const stuck = `import { open } from 'node:fs'; open(${JSON.stringify(join(folder, 'fifo'))}, 'r', () => {});`;
    const text = `import { exitNow, exitWithin } from '${module}'; ${stuck} ${script}`;
    const env = { ...process.env, ...(addon === undefined ? {} : { TIMEHUB_ADDON: addon }) };
    const options = { env, timeout: 10_000, killSignal: 'SIGKILL', encoding: 'utf8' } as const;
    const { status, signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', text], options);
    return { status, signal, stderr };
  }

  it('waits for no thread', () => {
    expect(run('setTimeout(() => exitNow(7), 50);')).to.deep.equal({ status: 7, signal: null, stderr: '' });
  });

  it('waits for no thread without the addon', function () {
    if (!layoutKnown()) this.skip();
    expect(run('setTimeout(() => exitNow(7), 50);', 'none')).to.deep.equal({ status: 7, signal: null, stderr: '' });
  });

  it('comes in time while JavaScript keeps the processor busy', function () {
    if (loadNative().native === undefined) this.skip();
    expect(run('exitWithin(200, 9); while (true);')).to.deep.equal({ status: 9, signal: null, stderr: '' });
  });

  it('comes by SIGALRM without the addon', function () {
    if (!layoutKnown()) this.skip();
    expect(run('exitWithin(200, 9); while (true);', 'none')).to.include({ status: null, signal: 'SIGALRM' });
  });

  it('is refused for a status or a delay out of range', function () {
    const { native } = loadNative();
    if (native === undefined) this.skip();
    for (const [delay, status] of [
      [-1, 0],
      [60_001, 0],
      [1.5, 0],
      [0, 256],
      [Number.NaN, 0],
    ] as const)
      expect(() => native!.exitWithin(delay, status)).to.throw(TypeError);
  });
});
