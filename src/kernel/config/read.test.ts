import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { loadConfig, readConfig } from './index.js';
import { CATALOGUE } from './testing/catalogue.js';

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

  it('takes the drop-ins of conf.d by name and nothing else', async () => {
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

  it('tells a file that is not there, and one of a similar name', async () => {
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

  it('tells a directory', async () => {
    expect(await problem(folder)).to.deep.equal({ code: 'TH_CFG_NOT_A_FILE', hint: undefined });
  });

  it('tells an empty file as a hub without a source', async () => {
    expect(await problem(write('hub.toml', ''))).to.have.property('code', 'TH_CFG_NO_SOURCE');
  });

  it('tells a file that is not UTF-8, from its line on', async () => {
    const path = write('hub.toml', Uint8Array.from([35, 10, 97, 0xe4, 10]));
    const { problems } = await loadConfig(path, CATALOGUE);
    expect(problems?.[0]).to.include({ code: 'TH_CFG_ENCODING', message: 'this is not UTF-8 text, from line 2 on' });
  });

  it('tells a huge file without reading all of it', async () => {
    expect(await problem('/dev/zero')).to.have.property('code', 'TH_CFG_TOO_LARGE');
  });

  it('tells a file that may not be read', async () => {
    const path = write('hub.toml', '');
    chmodSync(dirname(path), 0o755);
    chmodSync(path, 0);
    // The superuser may read everything: be somebody else meanwhile.
    const superuser = process.geteuid?.() === 0;
    if (superuser) process.seteuid!(65534);
    try {
      expect(await problem(path)).to.have.property('code', 'TH_CFG_UNREADABLE');
    } finally {
      if (superuser) process.seteuid!(0);
    }
  });

  it('takes a byte order mark and Windows line ends', async () => {
    const { problems } = await loadConfig(
      write('hub.toml', '\u{feff}[source.ntp.a]\r\nhost="x"\r\nhots=1\r\n'),
      CATALOGUE,
    );
    expect(problems?.[0]?.span).to.deep.equal({ line: 3, column: 1, width: 4, text: 'hots=1' });
  });
});
