import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { Bench } from '../bench.js';
import { Hub, timehub } from '../hub.js';
import { run } from '../launch.js';
import { startNtpStub } from '../ntp-stub.js';

const CLIENT = '[source.ntp.a]\naddress = "127.0.0.1:1"\n';

describe('a daemon among links, FIFOs and files of others', function () {
  this.timeout(60_000);
  let bench: Bench;
  let victim: string;
  beforeEach(() => {
    bench = new Bench();
    victim = bench.write('victim', 'precious');
    mkdirSync(bench.folder.at('state'));
  });
  afterEach(() => bench.clear());

  const start = (): Promise<Hub> => Hub.start(bench, `[hub]\nstate-dir = "state"\nevent-log = "log"\n${CLIENT}`);
  const notes = async (hub: Hub): Promise<string> => (await hub.status()).host.notes.join('\n');
  const untouched = (): void => {
    expect(readFileSync(victim, 'utf8')).to.equal('precious');
  };

  it('starts and stops in spite of them, writes through none, and says what it leaves out', async () => {
    symlinkSync('../victim', bench.folder.at('state/state.json.new'));
    execFileSync('mkfifo', [bench.folder.at('state/state.json')]);
    symlinkSync('victim', bench.folder.at('log'));
    const hub = await start();
    expect(await notes(hub))
      .to.include('it is a symbolic link to victim')
      .and.include('state.json is not used: it is a FIFO');
    expect(await hub.stop()).to.deep.equal({ code: 0, signal: null });
    untouched();
  });

  it('does not append to a file with a second name, to a FIFO or to a device', async () => {
    for (const place of [
      (path: string) => linkSync(victim, path),
      (path: string) => execFileSync('mkfifo', [path]),
      (path: string) => symlinkSync('/dev/stderr', path),
    ]) {
      await bench.clear();
      bench = new Bench();
      victim = bench.write('victim', 'precious');
      place(bench.folder.at('log'));
      const hub = await start();
      expect(await notes(hub)).to.match(/the event log .* cannot be written: (the file has 2 names|it is a )/);
      expect((await hub.stop()).code).to.equal(0);
      untouched();
    }
  });

  it('makes nothing that every user can write, whatever its umask', async () => {
    const source = `[source.ntp.a]\naddress = "127.0.0.1:${await startNtpStub(bench, 0n)}"\npoll-min = "250ms"\npoll-max = "250ms"\n`;
    const config = `[hub]\nstate-dir = "new/state"\nevent-log = "log"\n${source}`;
    const hub = await Hub.startAs(bench, 'hub', ['/bin/sh', '-c', 'umask 0; exec "$@"', 'sh'], config);
    await hub.until(({ mode }) => mode === 'tracking');
    await hub.stop();
    for (const name of ['new', 'new/state', 'new/state/state.json', 'log'])
      expect(statSync(bench.folder.at(name)).mode & 0o007, name).to.equal(0);
    expect(lstatSync(bench.folder.at('new/state/state.json')).isFile()).to.equal(true);
  });

  it('runs on, with a note, where it may not write', async function () {
    if (process.geteuid?.() !== 0) this.skip();
    const config = `[hub]\nstate-dir = "/proc/nothing/state"\nevent-log = "/proc/log"\n${CLIENT}`;
    const hub = await Hub.start(bench, config);
    expect(await notes(hub)).to.match(/event log \/proc\/log cannot be written: ENOENT/);
    expect((await hub.stop()).code).to.equal(0);
  });

  it('is refused by its configuration as root when every user can change that, and says how to mend it', async function () {
    if (process.geteuid?.() !== 0) this.skip();
    const path = bench.write('hub.toml', CLIENT);
    chmodSync(path, 0o666);
    const { code, output } = await run(process.execPath, [timehub, 'run', path]);
    expect(code).to.equal(78);
    expect(output).to.include('every user can change it (mode 0666)  TH_CFG_UNSAFE').and.include(`chmod o-w ${path}`);
  });

  describe('and plugins', () => {
    const RAN = 'THE CODE OF THE PACKAGE RAN';
    let config: string;
    beforeEach(() => {
      mkdirSync(bench.folder.at('plug'));
      mkdirSync(bench.folder.at('out'));
      writeFileSync(bench.folder.at('out/evil.mjs'), `console.log("${RAN}"); export default {}`);
      writeFileSync(bench.folder.at('plug/source.mjs'), `console.log("${RAN}"); export default {}`);
      manifest('./source.mjs');
      config = bench.write('hub.toml', `plugins = ["./plug"]\n${CLIENT}[source.strange.x]\n`);
    });
    const manifest = (module: string): void =>
      writeFileSync(
        bench.folder.at('plug/package.json'),
        JSON.stringify({
          name: 'strange',
          version: '1.2.3',
          timehub: { api: 2, plugins: { 'source.strange': module } },
        }),
      );
    const command = (...args: readonly string[]) => run(process.execPath, [timehub, ...args, config]);

    it('check-config says whose code it runs before it does, or runs none', async () => {
      const usual = await command('check-config');
      const place = bench.folder.at('plug');
      const announced = usual.output.indexOf(`runs code of strange 1.2.3 (${place}) to check its tables`);
      expect(announced).to.be.at.least(0).and.below(usual.output.indexOf(RAN));
      const without = await command('check-config', '--no-plugins');
      expect(without.code).to.equal(0);
      expect(without.output).not.to.include(RAN);
      expect(without.output).to.match(/warning: .*hub\.toml:4:2 .*are not checked.*TH_CFG_UNCHECKED/);
      expect((await command('check-config', '--no-plugins', '--strict')).code).to.equal(78);
    });

    it('run only code of their own package, by check-config as by the daemon', async () => {
      symlinkSync('../out/evil.mjs', bench.folder.at('plug/link.mjs'));
      for (const module of ['./../out/evil.mjs', './link.mjs'])
        for (const verb of ['check-config', 'run']) {
          manifest(module);
          const { code, output } = await command(verb);
          expect(code, output).to.equal(78);
          expect(output).to.include('TH_PLUGIN_MANIFEST').and.not.include(RAN);
        }
    });

    it('run no code that every user can change, with the path and the remedy', async () => {
      chmodSync(bench.folder.at('plug'), 0o777);
      for (const verb of ['check-config', 'run']) {
        const { code, output } = await command(verb);
        expect(code, output).to.equal(78);
        expect(output)
          .to.include('TH_PLUGIN_UNSAFE')
          .and.include(`chmod o-w ${bench.folder.at('plug')}`);
        expect(output).not.to.include(RAN);
      }
    });
  });
});
