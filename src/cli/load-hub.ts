import { dirname, resolve } from 'node:path';
import { HubError } from '../api/index.js';
import { weaknessesIfThere } from '../files/weakness.js';
import { machine } from '../host/machine.js';
import {
  type ConfigDocument,
  type ConfigFile,
  type HubConfig,
  type InstancePlan,
  loadConfig,
  type PluginCatalogue,
  type PluginType,
  type Problem,
  type Remarks,
} from '../kernel/config/index.js';
import { BUILT_IN, Catalogue, type CatalogueEntry } from '../kernel/plugins/catalogue.js';
import { packageRoot, pluginFolder } from './package-root.js';

export type LoadedHub = Remarks &
  (
    | { readonly config: HubConfig; readonly plans: readonly InstancePlan[]; readonly problems?: undefined }
    | { readonly config?: undefined; readonly problems: readonly Problem[] }
  );

/** Decides whether the code of a plugin package is run. */
export type ForeignCode = (entry: CatalogueEntry) => 'run' | 'leave';

/**
 * Reads a configuration from a path or a text, loads the plugins that it needs, and plans its instances without creating them.
 * Instances of plugins whose code is left out have no definition and cannot run.
 */
export async function loadHub(input: string | ConfigFile, foreignCode: ForeignCode = () => 'run'): Promise<LoadedHub> {
  const catalogue = new Catalogue();
  catalogue.addFolder(pluginFolder());
  const found = await loadConfig(input, (document) => typesFor(document, catalogue, foreignCode), machine);
  const loaded = { ...found, warnings: [...found.warnings, ...unsafeInstallation()] };
  if (loaded.problems !== undefined) return loaded;
  return { ...loaded, plans: loaded.config.instances.filter(({ enabled }) => enabled) };
}

/** Warns if other users can change this program. Refusing to run would be too late: its code runs already. */
function unsafeInstallation(): readonly Problem[] {
  const weaknesses = [packageRoot(), pluginFolder()].flatMap((path) => weaknessesIfThere(path));
  const others = new Map(weaknesses.filter(({ by }) => by !== 'group').map((each) => [each.path, each]));
  return [...others.values()].map(({ path, message, hint }) => ({
    ...{ code: 'TH_PLUGIN_UNSAFE', severity: 'warning', file: path, span: undefined, hint },
    message: `timehub itself is installed here, and ${message}`,
  }));
}

/** Returns the plugins that the configuration may use, with the schemas of those that it uses. */
async function typesFor(
  document: ConfigDocument,
  catalogue: Catalogue,
  foreignCode: ForeignCode,
): Promise<PluginCatalogue> {
  const decide = document.isUnsafe ? () => 'leave' : foreignCode;
  const failures = new Map<string, HubError>();
  const weaknesses = new Map<string, HubError>();
  for (const name of document.plugins) {
    try {
      const weakness = catalogue.addPackage(name, dirname(resolve(document.path)));
      if (weakness !== undefined) weaknesses.set(name, weakness);
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      failures.set(name, error);
    }
  }
  const types = new Map<string, PluginType>();
  for (const entry of catalogue.entries()) {
    const { id, manifest, origin } = entry;
    const { summary } = manifest;
    if (!document.needs.includes(id)) types.set(id, { summary });
    else if (origin !== BUILT_IN && decide(entry) === 'leave') types.set(id, { summary, isUnchecked: true });
    else types.set(id, await typeOf(id, catalogue));
  }
  // Only the demo has a lab: its code is not loaded otherwise.
  const lab = document.tree.lab === undefined ? {} : { lab: (await import('../lab/loopback/lab-table.js')).labSchema };
  return { types, failures, weaknesses, ...lab };
}

async function typeOf(id: string, catalogue: Catalogue): Promise<PluginType> {
  try {
    const definition = await catalogue.load(id);
    return { summary: definition.summary, definition };
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    return { summary: '', failure: error };
  }
}
