import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { StatusReport } from 'timehub/api';
import { openHost } from '../../src/host/host.js';
import { Bench } from '../bench.js';
import { Hub } from '../hub.js';
import { type Exit, run } from '../launch.js';
import { root } from '../place.js';
import { until } from '../poll.js';

/** The test folder has only timehub, as `npm install` puts it there, and its dependencies. */
describe('a plugin that "timehub plugins new" writes', function () {
  this.timeout(60_000);
  const bench = new Bench();
  const home = bench.folder.at('node_modules/timehub');
  const sendPath = bench.folder.at('program.sock');

  before(() => {
    const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', bench.folder.path];
    const [{ filename }] = JSON.parse(execFileSync('npm', pack, { cwd: root, encoding: 'utf8' })) as [
      { filename: string },
    ];
    mkdirSync(home, { recursive: true });
    const archive = ['-xzf', bench.folder.at(filename), '-C', home, '--strip-components=1', '--no-same-owner'];
    execFileSync('tar', archive);
    symlinkSync(join(root, 'build'), join(home, 'build'));
    for (const name of [...dependencies(), '@types', 'undici-types', '.bin']) {
      const there = join(root, 'node_modules', name);
      if (existsSync(there)) symlinkSync(there, bench.folder.at(`node_modules/${name}`));
    }
  });
  after(() => bench.clear());

  const timehub = (...args: string[]): Promise<Exit & { readonly output: string }> =>
    run(process.execPath, [join(home, 'bin/timehub'), ...args], { cwd: bench.folder.path });

  for (const kind of ['source', 'sink'] as const) {
    it(`is a ${kind} that compiles and passes its own test`, async () => {
      const written = await timehub('plugins', 'new', kind, 'lora');
      expect(written.code).to.equal(0);
      expect(written.output).to.include(`wrote timehub-${kind}-lora`);
      const folder = bench.folder.at(`timehub-${kind}-lora`);
      expect(readdirSync(folder)).to.include.members([
        '.gitignore',
        'README.md',
        'example.toml',
        'package.json',
        'src',
      ]);
      expect(textsBelow(folder).filter(([, text]) => text.includes('{{'))).to.deep.equal([]);
      symlinkSync(folder, bench.folder.at(`node_modules/timehub-${kind}-lora`));
      const tested = await run('npm', ['test'], { cwd: folder });
      expect(tested.output).to.match(/^\S+ pass 4$/m);
      expect(tested.code).to.equal(0);
      expect((await timehub('check-config', join(folder, 'example.toml'))).output).to.include(': good');
    });
  }

  it('is loaded by a hub: the source carries the estimate, the sink writes it', async () => {
    const socket = bench.folder.at('control.sock');
    const text = bench.folder.at('lora.sock');
    const file = bench.folder.at('estimate.json');
    const config = bench.write(
      'hub.toml',
      `plugins = ["timehub-source-lora", "timehub-sink-lora"]
[source.lora.a]
socket = "${text}"
noise = "50us"
[sink.lora.out]
file = "${file}"
interval = "100ms"
[sink.observability.control]
socket = "${socket}"
`,
    );
    bench.launch(process.execPath, [join(home, 'bin/timehub'), 'run', config], { cwd: bench.folder.path });
    const hub = await Hub.at(socket);
    const host = openHost();
    const program = host.network.unixDatagram({ path: sendPath });
    bench.later(() => {
      program.close();
      host.close();
    });
    const { sources, sinks } = await until(
      async () => {
        program.send(new TextEncoder().encode('0.000250'), text);
        return hub.json<StatusReport>('/v1/status');
      },
      (status) => status.sources[0]?.state === 'combined',
      20_000,
    );
    expect(sources[0]).to.include({ id: 'lora.a', lifecycle: 'running' });
    expect(sources[0]?.offsetNs).to.be.closeTo(250e3, 100e3);
    expect(sinks.find(({ id }) => id === 'lora.out')).to.include({ state: 'running' });
    const estimate = await until(
      async () => JSON.parse(readFileSync(file, 'utf8')) as { readonly mode: string; readonly offsetNs: number },
      ({ mode }) => mode !== 'unsynchronised',
      5_000,
    );
    expect(estimate.offsetNs).to.be.closeTo(250e3, 100e3);
  });

  for (const [what, args, outcome] of [
    [
      'overwrites no file',
      ['source', 'lora'],
      /lora\/\S+ is there already: nothing was written {2}TH_CLI_FILE\n.*--folder/,
    ],
    [
      'refuses a name that no table can have',
      ['source', 'LoRa'],
      /"LoRa" cannot be the name.*TH_CLI_USAGE\n.*lower-case/,
    ],
    ['refuses the name of a plugin of timehub', ['sink', 'ntp'], /timehub has a sink "ntp" of its own/],
    ['refuses another kind', ['clock', 'lora'], /"clock" is not a kind of plugin.*\n.*"source" or "sink"/],
  ] as const) {
    it(what, async () => {
      const { code, output } = await timehub('plugins', 'new', ...args);
      expect(output).to.match(outcome);
      expect(code).to.equal(64);
    });
  }

  it('goes to the folder that is named', async () => {
    writeFileSync(bench.folder.at('notes.txt'), '');
    expect((await timehub('plugins', 'new', 'sink', 'lora', '--folder', '.')).code).to.equal(0);
    expect(existsSync(bench.folder.at('src/sink.ts'))).to.equal(true);
  });
});

/** Returns the names, or scopes, of the packages on which the package depends. */
const dependencies = (): readonly string[] => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  return Object.keys(dependencies);
};

const textsBelow = (folder: string): readonly (readonly [string, string])[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), 'utf8')]);
