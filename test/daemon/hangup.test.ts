import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { Bench } from '../bench.js';
import { Hub, timehub } from '../hub.js';
import { installRude, rudeConfig } from '../rude.js';

const FREE = '[hub]\nfree-run = true\n';

describe('a daemon that gets SIGHUP', function () {
  this.timeout(40_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  const configured = (text: string) =>
    `${text}\n[sink.observability.test]\nsocket = "${bench.folder.at('hub.sock')}"\n`;

  it('every 5 ms from its first moment on lives on', async () => {
    const path = bench.write('hub.toml', configured(FREE));
    const launched = bench.launch(timehub, ['run', path]);
    while (!ignoresHangup(launched.pid)) await new Promise(setImmediate);
    const again = setInterval(() => launched.signal('SIGHUP'), 5);
    await launched.printed(/"msg":"runs /, 30_000).finally(() => clearInterval(again));
    expect(await launched.stop()).to.deep.equal({ code: 0, signal: null });
  });

  it('without a free file descriptor keeps its configuration, says why, and reads it later', async () => {
    const hub = await Hub.start(bench, FREE);
    const { pid } = hub.process;
    // The soft limit: only root may raise the hard one again.
    const limit = (count: number) => execFileSync('prlimit', ['--pid', `${pid}`, `--nofile=${count}:`]);
    limit(3);
    hub.process.signal('SIGHUP');
    await hub.process.printed(/the present configuration stays: .*EMFILE/);
    limit(1024);
    expect((await hub.status()).host.notes.join()).to.match(/^the present configuration stays: .*EMFILE/);
    expect(await hub.text('/metrics')).to.match(/^timehub_reloads_total\{result="failed"\} 1$/m);
    hub.process.signal('SIGHUP');
    await hub.until(({ host }) => host.notes.length === 0);
    expect((await hub.events()).filter(({ kind }) => kind === 'config').map(({ severity }) => severity)).to.deep.equal([
      'warning',
      'info',
    ]);
  });

  it('a thousand times ends with what the file has', async () => {
    installRude(bench);
    const path = bench.folder.at('hub.toml');
    const hub = await Hub.start(bench, rudeConfig(bench, 'prints'));
    const put = (text: string) => writeFileSync(path, configured(text));
    for (let n = 0; n < 1000; n++) {
      if (n % 100 === 0) put(n % 200 === 0 ? FREE : rudeConfig(bench, 'prints'));
      hub.process.signal('SIGHUP');
      if (n % 100 === 50) await hub.status();
    }
    put(FREE);
    hub.process.signal('SIGHUP');
    await hub.until(({ sources, sinks }) => sources.length === 0 && sinks.length === 1);
    expect(await hub.stop()).to.deep.equal({ code: 0, signal: null });
  });

  it('while it stops, and is told to stop while it reads its configuration, ends properly', async () => {
    installRude(bench);
    const hub = await Hub.start(bench, rudeConfig(bench, 'hangs'));
    writeFileSync(bench.folder.at('hub.toml'), configured(rudeConfig(bench, 'starts')));
    hub.process.signal('SIGHUP');
    hub.process.signal('SIGTERM');
    hub.process.signal('SIGHUP');
    expect(await hub.process.stop('SIGHUP', 8000)).to.deep.equal({ code: 0, signal: null });
  });
});

/** Resolves when the shell of bin/timehub has run its first line (proc_pid_status(5)). */
function ignoresHangup(pid: number): boolean {
  const mask = /^SigIgn:\s+([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (BigInt(`0x${mask ?? 0}`) & 1n) === 1n;
}
