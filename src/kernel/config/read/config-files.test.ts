import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { loadConfig } from '../index.js';
import { CATALOGUE } from '../testing/catalogue.js';
import { readConfig } from './config-files.js';
import { unsafeFiles } from './unsafe-files.js';

describe('reading the files', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'timehub-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const problem = async (path: string) => {
    const { problems } = await loadConfig(path, CATALOGUE);
    expect(problems).to.have.length(1);
    return { code: problems![0]!.code, hint: problems![0]!.hint };
  };

  it('reads the drop-ins of conf.d by name, and nothing else', async () => {
    mkdirSync(join(folder, 'conf.d'));
    write('conf.d/20.toml', '[source.ntp.a]\nhost = "last"');
    write('conf.d/10.toml', '[source.ntp.a]\nhost = "first"');
    write('conf.d/30.toml.bak', 'not TOML');
    const { config } = await loadConfig(write('hub.toml', '[source.ntp.a]\nhost = "main"'), CATALOGUE);
    expect(config?.instances[0]?.config).to.include({ host: 'last' });
  });

  it('finds the presets that are shipped', () => {
    const read = readConfig(write('hub.toml', ''));
    expect([...(read.problems === undefined ? read.around.presets.keys() : [])]).to.include.members([
      'client',
      'monitor',
    ]);
  });

  it('reports a missing file, and suggests one of a similar name', async () => {
    write('hub.toml', '');
    expect(await problem(join(folder, 'hbu.toml'))).to.deep.equal({
      code: 'TH_CFG_NOT_FOUND',
      hint: `did you mean ${join(folder, 'hub.toml')}?`,
    });
    expect(await problem(join(folder, 'hub'))).to.have.property('hint', `did you mean ${join(folder, 'hub.toml')}?`);
    expect(await problem(join(folder, 'hub.toml', 'x.toml'))).to.have.property('code', 'TH_CFG_NOT_FOUND');
    symlinkSync('nowhere.toml', join(folder, 'link.toml'));
    expect(await problem(join(folder, 'link.toml'))).to.have.property('code', 'TH_CFG_NOT_FOUND');
  });

  it('reports a directory', async () => {
    expect(await problem(folder)).to.deep.equal({ code: 'TH_CFG_NOT_A_FILE', hint: undefined });
  });

  it('reports an empty file as a hub without a source', async () => {
    expect(await problem(write('hub.toml', ''))).to.have.property('code', 'TH_CFG_NO_SOURCE');
  });

  it('reports a file that is not UTF-8, with its line', async () => {
    const path = write('hub.toml', Uint8Array.from([35, 10, 97, 0xe4, 10]));
    const { problems } = await loadConfig(path, CATALOGUE);
    expect(problems?.[0]).to.include({ code: 'TH_CFG_ENCODING', message: 'this is not UTF-8 text, from line 2 on' });
  });

  it('reports a huge file without reading all of it', async () => {
    const path = write('hub.toml', '');
    truncateSync(path, 2 ** 40);
    expect(await problem(path)).to.have.property('code', 'TH_CFG_TOO_LARGE');
  });

  it('opens no device and waits for no FIFO', async () => {
    expect(await problem('/dev/zero')).to.have.property('code', 'TH_CFG_NOT_A_FILE');
    const fifo = join(folder, 'hub.toml');
    execFileSync('mkfifo', [fifo]);
    expect(await problem(fifo)).to.have.property('code', 'TH_CFG_NOT_A_FILE');
    rmSync(fifo);
    write('hub.toml', '[source.ntp.a]\nhost = "main"');
    mkdirSync(join(folder, 'conf.d'));
    execFileSync('mkfifo', [join(folder, 'conf.d/10.toml')]);
    expect(await problem(fifo)).to.have.property('code', 'TH_CFG_NOT_A_FILE');
  });

  it('reports a conf.d that is a loop, a file or a dangling link, and does not go on without it', async () => {
    const path = write('hub.toml', '[source.ntp.a]\nhost = "main"');
    const place = join(folder, 'conf.d');
    for (const target of ['conf.d', 'nothing', 'hub.toml']) {
      symlinkSync(target, place);
      expect(await problem(path), target).to.have.property('code', 'TH_CFG_UNREADABLE');
      rmSync(place);
    }
    mkdirSync(place);
    symlinkSync('loop.toml', join(place, 'loop.toml'));
    expect(await problem(path)).to.have.property('code', 'TH_CFG_UNREADABLE');
  });

  it('accepts a conf.d that links to a folder', async () => {
    mkdirSync(join(folder, 'elsewhere'));
    write('elsewhere/10.toml', '[source.ntp.a]\nhost = "linked"');
    symlinkSync('elsewhere', join(folder, 'conf.d'));
    const { config } = await loadConfig(write('hub.toml', '[source.ntp.a]\nhost = "main"'), CATALOGUE);
    expect(config?.instances[0]?.config).to.include({ host: 'linked' });
  });

  it('reports a conf.d of thousands of files, and one of huge files', async () => {
    const path = write('hub.toml', '[source.ntp.a]\nhost = "main"');
    mkdirSync(join(folder, 'conf.d'));
    for (let n = 0; n < 1001; n++) write(`conf.d/${n}.toml`, '');
    const { problems } = await loadConfig(path, CATALOGUE);
    expect(problems).to.have.length(1);
    expect(problems![0]).to.include({ code: 'TH_CFG_TOO_LARGE', file: join(folder, 'conf.d') });
    rmSync(join(folder, 'conf.d'), { recursive: true });
    mkdirSync(join(folder, 'conf.d'));
    for (let n = 0; n < 9; n++) write(`conf.d/${n}.toml`, Buffer.alloc(1 << 20, '#'));
    expect(await problem(path)).to.have.property('code', 'TH_CFG_TOO_LARGE');
  });

  describe('that other users can change', () => {
    let path = '';
    beforeEach(() => {
      path = write('hub.toml', '[source.ntp.a]\nhost = "main"');
      chmodSync(path, 0o666);
    });

    it('is refused for root', async function () {
      if (process.geteuid?.() !== 0) this.skip();
      const { problems } = await loadConfig(path, CATALOGUE);
      expect(problems).to.have.length(1);
      expect(problems![0]).to.include({ code: 'TH_CFG_UNSAFE', file: path, hint: `chmod o-w ${path}` });
    });

    it('has a warning for another user, and for both if a group can write', () => {
      expect(unsafeFiles([path], false).map(({ code, severity }) => `${severity} ${code}`)).to.deep.equal([
        'warning TH_CFG_UNSAFE',
      ]);
      if (process.geteuid?.() !== 0) return;
      chmodSync(path, 0o664);
      chownSync(path, 0, 4242);
      expect(unsafeFiles([path], true).map(({ severity }) => severity)).to.deep.equal(['warning']);
    });

    it('includes conf.d and its files, each once', function () {
      if (process.geteuid?.() !== 0) this.skip();
      chmodSync(path, 0o644);
      mkdirSync(join(folder, 'conf.d'));
      chmodSync(join(folder, 'conf.d'), 0o777);
      for (const name of ['10', '20']) write(`conf.d/${name}.toml`, '');
      chownSync(join(folder, 'conf.d/20.toml'), 4242, 4242);
      const read = readConfig(path);
      const unsafe = read.problems === undefined ? read.around.unsafe! : [];
      expect(unsafe.map(({ file }) => file)).to.deep.equal([join(folder, 'conf.d'), join(folder, 'conf.d/20.toml')]);
    });
  });

  it('reports a file that this user may not read', async () => {
    const path = write('hub.toml', '');
    chmodSync(dirname(path), 0o755);
    chmodSync(path, 0);
    // Root may read everything, so this runs as another user.
    const superuser = process.geteuid?.() === 0;
    if (superuser) process.seteuid!(65534);
    try {
      expect(await problem(path)).to.have.property('code', 'TH_CFG_UNREADABLE');
    } finally {
      if (superuser) process.seteuid!(0);
    }
  });

  it('accepts a byte order mark and Windows line ends', async () => {
    const { problems } = await loadConfig(
      write('hub.toml', '\u{feff}[source.ntp.a]\r\nhost="x"\r\nhots=1\r\n'),
      CATALOGUE,
    );
    expect(problems?.[0]?.span).to.deep.equal({ line: 3, column: 1, width: 4, text: 'hots=1' });
  });
});
