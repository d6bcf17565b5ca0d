import { dirname, resolve } from 'node:path';
import { HubError } from '../api/index.js';
import {
  type ConfigDocument,
  type ConfigFile,
  type HubConfig,
  loadConfig,
  type PluginCatalogue,
  type PluginType,
  type Problem,
} from '../kernel/config/index.js';
import type { PlannedInstance } from '../kernel/hub.js';
import { Catalogue } from '../kernel/plugins/catalogue.js';
import { pluginFolder } from './package-root.js';

export type LoadedHub =
  | { readonly config: HubConfig; readonly plans: readonly PlannedInstance[]; readonly problems?: undefined }
  | { readonly config?: undefined; readonly problems: readonly Problem[] };

/** Reads a configuration, from a path or given as text, loads the plugins that it needs, and plans its instances. No instance is created. */
export async function loadHub(input: string | ConfigFile): Promise<LoadedHub> {
  const catalogue = new Catalogue();
  catalogue.addFolder(pluginFolder());
  const loaded = await loadConfig(input, (document) => typesFor(document, catalogue));
  if (loaded.problems !== undefined) return loaded;
  return { config: loaded.config, plans: plansOf(loaded.config, catalogue) };
}

/** What the configuration may use: everything that is there by name, with the schemas of what it does use. */
async function typesFor(document: ConfigDocument, catalogue: Catalogue): Promise<PluginCatalogue> {
  const failures = new Map<string, HubError>();
  for (const name of document.plugins) {
    try {
      catalogue.addPackage(name, dirname(resolve(document.path)));
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      failures.set(name, error);
    }
  }
  const types = new Map<string, PluginType>();
  for (const { id, manifest } of catalogue.entries()) {
    types.set(id, document.needs.includes(id) ? await typeOf(id, catalogue) : { summary: manifest.summary });
  }
  // Only a demonstration has a lab: do not carry its code otherwise.
  const lab = document.tree.lab === undefined ? {} : { lab: (await import('../lab/table.js')).labSchema };
  return { types, failures, ...lab };
}

async function typeOf(id: string, catalogue: Catalogue): Promise<PluginType> {
  try {
    const { summary, config } = await catalogue.load(id);
    return { summary, schema: config };
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    return { summary: '', failure: error };
  }
}

function plansOf(config: HubConfig, catalogue: Catalogue): readonly PlannedInstance[] {
  return config.instances
    .filter((instance) => instance.enabled)
    .map((instance) => ({
      id: instance.id,
      definition: catalogue.definition(`${instance.kind}.${instance.type}`)!,
      written: instance.written,
      config: instance.config,
      onError: instance.onError,
      ...(instance.kind === 'source' ? { options: instance.options } : {}),
    }));
}
