import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { HubError } from '../../api/index.js';
import { Catalogue } from './catalogue.js';

const isRoot = process.geteuid?.() === 0;

describe('the files of a plugin package', () => {
  let base = '';
  let folder = '';
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'timehub-package-'));
    folder = join(base, 'plug');
    mkdirSync(join(folder, 'lib'), { recursive: true });
    writeManifest('./lib/source.js');
    write('plug/lib/source.js');
    write('plug/lib/helper.js');
  });
  afterEach(() => rmSync(base, { recursive: true }));

  const write = (name: string): void => writeFileSync(join(base, name), '', { mode: 0o644 });
  const writeManifest = (module: string): void =>
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'x', version: '1.0.0', timehub: { api: 2, plugins: { 'source.x': module } } }),
    );
  /** Adds the package. Returns the error that refuses it or that it warns of; '' if there is none. */
  const outcome = (name = './plug'): string => {
    try {
      const weakness = new Catalogue().addPackage(name, base);
      return weakness === undefined ? '' : `warning ${weakness.message}`;
    } catch (error) {
      const { code, message } = error as HubError;
      return `${code} ${message}`;
    }
  };

  it('are accepted with the usual owners and modes', () => expect(outcome()).to.equal(''));

  it('are found through a link to the package, as npm link makes it', () => {
    mkdirSync(join(base, 'node_modules'));
    symlinkSync('../plug', join(base, 'node_modules/x'));
    expect(outcome('x')).to.equal('');
  });

  it('may be links to other files of the package', () => {
    symlinkSync('lib/source.js', join(folder, 'main.js'));
    writeManifest('./main.js');
    expect(outcome()).to.equal('');
  });

  for (const [what, place, why] of [
    [
      'a link out of the package',
      (at: string) => symlinkSync('../../out.js', at),
      /leads out of the package, to .*out\.js/,
    ],
    ['a FIFO', (at: string) => execFileSync('mkfifo', [at]), /is a FIFO/],
    ['a folder', (at: string) => mkdirSync(at), /is a directory/],
    ['nothing', () => {}, /cannot be found: ENOENT/],
  ] as const) {
    it(`are no modules when they are ${what}`, () => {
      write('out.js');
      rmSync(join(folder, 'lib/source.js'));
      place(join(folder, 'lib/source.js'));
      expect(outcome())
        .to.match(/^TH_PLUGIN_MANIFEST /)
        .and.to.match(why);
    });
  }

  it('are not modules of a linked folder outside whose name begins alike', () => {
    mkdirSync(join(base, 'plug-other'));
    write('plug-other/source.js');
    symlinkSync('../plug-other', join(folder, 'other'));
    writeManifest('./other/source.js');
    expect(outcome()).to.include('leads out of the package');
  });

  for (const [what, path, mode] of [
    ['the module', 'plug/lib/source.js', 0o646],
    ['another file', 'plug/lib/helper.js', 0o646],
    ['the manifest', 'plug/package.json', 0o646],
    ['a folder of it', 'plug/lib', 0o757],
    ['a folder of it, though sticky', 'plug/lib', 0o1777],
    ['the package', 'plug', 0o757],
    ['a folder above', '', 0o757],
    ['node_modules beside it', 'node_modules', 0o1777],
    ['node_modules in it', 'plug/node_modules', 0o777],
  ] as const) {
    it(`are refused when every user can write ${what}, with the path and the remedy`, () => {
      mkdirSync(join(base, 'node_modules'));
      mkdirSync(join(folder, 'node_modules'));
      const at = join(base, path);
      chmodSync(at, mode);
      expect(outcome()).to.equal(`TH_PLUGIN_UNSAFE ${at}: every user can change it (mode 0${mode.toString(8)})`);
    });
  }

  it('are refused when another user owns one; a group that can write is a warning', function () {
    if (!isRoot) this.skip();
    const at = join(folder, 'lib/helper.js');
    chownSync(at, 0, 4242);
    chmodSync(at, 0o664);
    expect(outcome()).to.equal(`warning ${at}: the group with gid 4242 can change it (mode 0664)`);
    chownSync(at, 4242, 0);
    expect(outcome()).to.match(/^TH_PLUGIN_UNSAFE .*helper\.js: it belongs to another user \(uid 4242\)/);
  });

  it('are refused when a link among them leads where every user can write', () => {
    mkdirSync(join(base, 'open'));
    write('open/helper.js');
    symlinkSync('../../open/helper.js', join(folder, 'lib/linked.js'));
    chmodSync(join(base, 'open'), 0o777);
    expect(outcome()).to.match(/^TH_PLUGIN_UNSAFE .*open: every user/);
  });

  it('are not checked in the packages that it contains', () => {
    mkdirSync(join(folder, 'node_modules/other'), { recursive: true });
    write('plug/node_modules/other/index.js');
    chmodSync(join(folder, 'node_modules/other/index.js'), 0o666);
    expect(outcome()).to.equal('');
  });

  it('are refused when the manifest is huge, or not a file', () => {
    writeFileSync(join(folder, 'package.json'), ' '.repeat(65_537));
    expect(outcome()).to.match(/^TH_PLUGIN_MANIFEST .*larger than 64 KiB/);
    rmSync(join(folder, 'package.json'));
    execFileSync('mkfifo', [join(folder, 'package.json')]);
    expect(outcome()).to.match(/^TH_PLUGIN_MANIFEST .*it is a FIFO/);
  });

  for (const name of ['x/../../plug', '@a/../plug', 'x/y', '']) {
    it(`are not found by ${JSON.stringify(name)}, which is no package’s name`, () => {
      mkdirSync(join(base, 'node_modules/x'), { recursive: true });
      mkdirSync(join(base, 'node_modules/@a'));
      expect(outcome(name)).to.match(/^TH_PLUGIN_NOT_FOUND /);
    });
  }
});
