import { expect } from 'chai';
import * as v from 'valibot';
import { type ConfigFile, parseConfig, validateConfig } from '../index.js';
import { CATALOGUE } from '../testing/catalogue.js';

const presets = new Map<string, ConfigFile>([
  [
    'client',
    {
      path: 'presets/client.toml',
      text: '[hub]\nmax-error = "2s"\nlog-level = "warn"\n[sink.ntp.lan]\nlisten = "127.0.0.1:123"\n',
    },
  ],
]);
const MAIN =
  'preset = "client"\nplugins = ["one"]\n[hub]\nlog-level = "debug"\n[source.ntp.a]\nhost = "x"\nburst = 2\n';
const DROP_IN: ConfigFile = {
  path: 'conf.d/10-site.toml',
  text: 'plugins = ["two"]\n[source.ntp.a]\nhost = "y"\n[source.ntp.b]\nhost = "z"\n',
};
const read = (dropIns: readonly ConfigFile[], text = MAIN) => parseConfig(text, 'hub.toml', { dropIns, presets });

describe('the files of a configuration', () => {
  it('are merged: preset, main file, drop-ins, each instance key by key', async () => {
    const document = read([DROP_IN]);
    expect(document).to.deep.include({ preset: 'client', plugins: ['one', 'two'], needs: ['source.ntp', 'sink.ntp'] });
    const { config } = await validateConfig(document, CATALOGUE);
    expect(config?.hub).to.include({ maxErrorNs: 2e9, logLevel: 'debug' });
    expect(config?.instances.map(({ id }) => id)).to.deep.equal(['ntp.a', 'ntp.b', 'ntp.lan']);
    expect(config?.instances[0]?.config).to.include({ host: 'y', burst: 2 });
  });

  it('have their own places in the problems, the main file first', async () => {
    const dropIn = { path: 'conf.d/a.toml', text: '[source.ntp.a]\nburst = 99\n[source.ntp.b]\n' };
    const { problems } = await validateConfig(read([dropIn], MAIN.replace('debug', 'loud')), CATALOGUE);
    expect(problems?.map(({ file, span, code }) => [file, span?.line, code])).to.deep.equal([
      ['hub.toml', 4, 'TH_CFG_VALUE'],
      ['conf.d/a.toml', 2, 'TH_CFG_VALUE'],
      ['conf.d/a.toml', 3, 'TH_CFG_MISSING_KEY'],
    ]);
  });

  it('choose the preset in the main file only', async () => {
    const { problems } = await validateConfig(read([{ path: 'conf.d/a.toml', text: 'preset = "client"' }]), CATALOGUE);
    expect(problems?.map(({ file, code }) => [file, code])).to.deep.equal([['conf.d/a.toml', 'TH_CFG_WRONG_TABLE']]);
  });

  it('have no missing keys that a faulty file may hold', async () => {
    const { problems } = await validateConfig(read([], '[source.ntp.a\nhost = "x"'), CATALOGUE);
    expect(problems?.map(({ code }) => code)).to.deep.equal(['TH_CFG_SYNTAX']);
  });

  it('have no finding about a value that replaces a faulty one', async () => {
    const { problems } = await validateConfig(read([], '[source.ntp.a]\nhost = localhost\npool = 1\n'), CATALOGUE);
    expect(problems?.map(({ code, span }) => [code, span?.line, span?.text])).to.deep.equal([
      ['TH_CFG_SYNTAX', 2, 'host = localhost'],
      ['TH_CFG_UNKNOWN_KEY', 3, 'pool = 1'],
    ]);
  });
});

describe('the table [lab]', () => {
  const text = '[source.ntp.a]\nhost = "x"\n[[lab.server]]\nname = "a"\n[[lab.server]]\nnam = "b"\n';
  const lab = v.strictObject({ server: v.array(v.strictObject({ name: v.string('a name') })) });

  it('is passed on unchanged', async () => {
    const { config } = await validateConfig(read([], text), CATALOGUE);
    expect(config?.lab).to.deep.equal({ server: [{ name: 'a' }, { nam: 'b' }] });
  });

  it('is checked if there is a lab', async () => {
    const { problems } = await validateConfig(read([], text), { ...CATALOGUE, lab });
    expect(problems?.map(({ span, message, hint }) => [span?.line, message, hint])).to.deep.equal([
      [6, 'unknown key "nam" in [lab.server]', 'did you mean "name"?'],
    ]);
  });
});
