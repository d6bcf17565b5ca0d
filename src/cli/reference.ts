import type { PluginType } from '../kernel/config/index.js';
import { configReference } from '../kernel/config/reference/options-table.js';
import { Catalogue } from '../kernel/plugins/catalogue.js';
import { pluginFolder } from './package-root.js';

/** docs/config.md: every key of the file and of the plugins in the tree, from their schemas. */
export async function configurationReference(): Promise<string> {
  const catalogue = new Catalogue();
  catalogue.addFolder(pluginFolder());
  const types = new Map<string, PluginType>();
  for (const { id } of catalogue.entries()) {
    const { summary, config } = await catalogue.load(id);
    types.set(id, { summary, schema: config });
  }
  return configReference({ types });
}
