import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PluginType } from '../kernel/config/index.js';
import { configReference } from '../kernel/config/reference/config-reference.js';
import { fillOptionTables } from '../kernel/config/reference/options-table.js';
import { Catalogue } from '../kernel/plugins/catalogue.js';
import { packageRoot, pluginFolder } from './package-root.js';

/** Returns the text of each generated page by its path in the package: docs/config.md, and READMEs with option tables. */
export async function generatedPages(): Promise<ReadonlyMap<string, string>> {
  const catalogue = new Catalogue();
  catalogue.addFolder(pluginFolder());
  const schemaOf = async (id: string) => (await catalogue.load(id)).config;
  const types = new Map<string, PluginType>();
  for (const { id } of catalogue.entries()) {
    const definition = await catalogue.load(id);
    types.set(id, { summary: definition.summary, definition });
  }
  const pages = new Map([['docs/config.md', await configReference({ types })]]);
  for (const name of readdirSync(join(packageRoot(), 'plugins'))) {
    const path = `plugins/${name}/README.md`;
    pages.set(path, await fillOptionTables(readFileSync(join(packageRoot(), path), 'utf8'), schemaOf));
  }
  return pages;
}
