import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { Bench } from '../bench.js';
import { type Exit, run } from '../launch.js';
import { skip } from '../need.js';
import { root } from '../place.js';
import { until } from '../poll.js';

const CONFIG = '[source.ntp.a]\naddress = "127.0.0.1:9"\n[sink.observability.s]\nsocket = ';

const PLUGIN = `import { defineSource, networkInterface, table } from 'timehub/api';
import { parseServer } from 'timehub/protocol/address';
import { serverAddress } from 'timehub/toolkit';
export default defineSource({
  ...{ type: 'x', summary: '', stability: 'beta', needs: [] },
  config: table({ address: serverAddress({ what: 'a server' }), interface: networkInterface() }),
  create: ({ address }, { log }) => ({ start: async () => log.info(parseServer(address)!.host), stop: async () => {} }),
});
`;

/** The package as npm installs it, without its install script, with the dependencies of the checkout. */
describe('the installed package', function () {
  this.timeout(240_000);
  const bench = new Bench();
  const home = bench.folder.at('lib/timehub');
  const timehub = join(home, 'bin/timehub');
  let files: readonly string[] = [];

  before(() => {
    const options = { cwd: root, encoding: 'utf8' } as const;
    const packed = execFileSync(
      'npm',
      ['pack', '--ignore-scripts', '--json', '--pack-destination', bench.folder.path],
      options,
    );
    const [{ filename, files: list }] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }];
    files = list.map(({ path }) => path);
    mkdirSync(home, { recursive: true });
    execFileSync('tar', ['-xzf', bench.folder.at(filename), '-C', home, '--strip-components=1']);
    symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'));
  });
  after(() => bench.clear());

  const command = (args: readonly string[], env: NodeJS.ProcessEnv = process.env) =>
    run(process.execPath, [timehub, ...args], { cwd: bench.folder.path, env });

  /** Starts a hub, asks for its status, and ends it. */
  async function status(): Promise<string> {
    const socket = bench.folder.at('control.sock');
    const config = bench.write('hub.toml', `${CONFIG}"${socket}"\n`);
    const hub = bench.launch(process.execPath, [timehub, 'run', config], { cwd: bench.folder.path });
    const answer = await until(
      () => command(['status', '--socket', socket]),
      ({ code }) => code === 2,
      30_000,
    );
    await hub.stop();
    return answer.output;
  }

  it('brings what it needs to run and to be extended, and no sources or tests', () => {
    expect(files).to.include.members([
      'bin/timehub',
      'dist/bundle/src/cli/main.js',
      'dist/src/api/index.d.ts',
      'native/addon.cc',
    ]);
    expect(
      files.filter((path) => /^dist\/.*\.test\.|^dist\/src\/.+\/testing\/|^src\/|\.map$|^test\//.test(path)),
    ).to.deep.equal([]);
  });

  it('checks configurations and knows its plugins and presets', async () => {
    const config = bench.write('client.toml', 'preset = "client"\n[source.ntp.a]\naddress = "192.0.2.1"\n');
    const checked = await command(['check-config', config]);
    expect(checked.output).to.include(': good').and.include('(preset client)');
    expect((await command(['plugins'])).output).to.include('source.gpsd');
  });

  it('says without a compiler what is missing', async () => {
    const path = bench.folder.at('bin');
    mkdirSync(path);
    symlinkSync(process.execPath, join(path, 'node'));
    const { code, output } = await command(['build-addon'], { PATH: path });
    expect(output).to.match(/no C\+\+ compiler was found.*apt install g\+\+/);
    expect(code).to.equal(70);
  });

  it('runs on user stamps and names the command that builds the addon, which works', async function () {
    const [, remedy] = /! user-space stamps.*not built: "([^"]+ build-addon)"/.exec(await status()) ?? [];
    expect(remedy).to.equal(`${timehub} build-addon`);
    if (!hasCompiler()) skip(this, 'no C++ compiler');
    const built: Exit = await run('/bin/sh', ['-c', remedy!]);
    expect(built.code).to.equal(0);
    expect(readdirSync(join(home, 'build/Release'))).to.deep.equal(['hold-hangup.so', 'timehub.node']);
    expect(await status()).not.to.include('!');
  });

  it('has the types and modules that a plugin is written with', async () => {
    const folder = bench.folder.at('plugin');
    mkdirSync(join(folder, 'node_modules'), { recursive: true });
    symlinkSync(home, join(folder, 'node_modules/timehub'));
    bench.write('plugin/package.json', '{ "type": "module" }');
    const plugin = bench.write('plugin/plugin.ts', PLUGIN);
    const compiler = join(root, 'node_modules/.bin/tsc');
    const flags = ['--strict', '--module', 'nodenext', '--target', 'es2022', '--outDir', folder, '--typeRoots'];
    const compiled = await run(compiler, [...flags, join(root, 'node_modules/@types'), '--types', 'node', plugin], {
      cwd: folder,
    });
    expect(compiled.output).to.equal('');
    const { default: definition } = await import(join(dirname(plugin), 'plugin.js'));
    expect(definition).to.include({ kind: 'source', type: 'x' });
    rmSync(folder, { recursive: true });
  });
});

function hasCompiler(): boolean {
  try {
    execFileSync('c++', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
