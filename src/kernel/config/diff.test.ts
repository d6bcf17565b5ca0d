import { expect } from 'chai';
import { diffConfig, type HubConfig, loadConfig } from './index.js';
import { CATALOGUE } from './testing/catalogue.js';

async function config(text: string): Promise<HubConfig> {
  const loaded = await loadConfig({ text, path: 'hub.toml' }, CATALOGUE);
  return loaded.config!;
}

describe('the difference of two configurations', () => {
  const base = '[source.ntp.a]\nhost = "x"\n[source.ntp.b]\nhost = "x"\n[source.ntp.c]\nhost = "x"\n[sink.ntp.lan]\n';

  it('is empty if only the notation differs', async () => {
    const other = `# said otherwise\n${base.replaceAll('host = "x"', 'host = \'x\'\npoll-min = "64000ms"')}`;
    expect(diffConfig(await config(base), await config(other))).to.deep.equal({
      added: [],
      removed: [],
      changed: [],
      retuned: [],
      kept: ['ntp.a', 'ntp.b', 'ntp.c', 'ntp.lan'],
      hub: false,
    });
  });

  it('lists added, removed, changed and retuned instances', async () => {
    const next = `[hub]\nlog-level = "warn"
[source.ntp.a]\nhost = "y"\n[source.ntp.b]\nhost = "x"\nprefer = true\n[source.ntp.c]\nhost = "x"\nenabled = false
[source.ntp.d]\nhost = "x"\n[sink.ntp.lan]\n`;
    expect(diffConfig(await config(base), await config(next))).to.deep.equal({
      added: ['ntp.d'],
      removed: ['ntp.c'],
      changed: ['ntp.a'],
      retuned: ['ntp.b'],
      kept: ['ntp.lan'],
      hub: true,
    });
  });
});
