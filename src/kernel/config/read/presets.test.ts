import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import type { PluginDefinition } from '../../../api/index.js';
import type { PluginCatalogue, PluginType } from '../config.js';
import { formatProblems, loadConfig, readPresets } from '../index.js';

/** Loads the real plugins, which the presets must fit. */
async function realPlugins(): Promise<PluginCatalogue> {
  const folder = fileURLToPath(new URL('../../../../plugins', import.meta.url));
  const types = new Map<string, PluginType>();
  for (const name of readdirSync(folder)) {
    for (const file of readdirSync(join(folder, name)).filter((each) => each === 'source.js' || each === 'sink.js')) {
      const { default: plugin }: { default: PluginDefinition } = await import(
        pathToFileURL(join(folder, name, file)).href
      );
      types.set(`${plugin.kind}.${plugin.type}`, { summary: plugin.summary, definition: plugin });
    }
  }
  return { types };
}

describe('each shipped preset', () => {
  for (const name of readPresets().keys()) {
    it(`(${name}) makes a configuration together with one source`, async () => {
      const text = `preset = "${name}"\n[source.ntp.a]\naddress = "ntp.example.org"\n`;
      const { config, problems } = await loadConfig({ text, path: 'hub.toml' }, await realPlugins());
      expect(formatProblems(problems ?? [])).to.equal('');
      expect(config?.preset).to.equal(name);
    });
  }
});
