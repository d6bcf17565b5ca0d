import { existsSync, readdirSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { API_VERSION, HubError, isKnownContract, type PluginDefinition } from '../../api/index.js';
import { readRegularFile } from '../../files/read-file.js';
import { type Manifest, parseManifest } from './manifest.js';
import { requireOwnModule, requireSafePackage } from './package-files.js';

/** The origin of plugins that belong to this installation. */
export const BUILT_IN = 'built-in';

/** Maximum size of a `plugin.json` or `package.json`, octets. */
const LARGEST_MANIFEST = 1 << 16;

/** A plugin that can be loaded. */
export interface CatalogueEntry {
  /** `source.ntp` */
  readonly id: string;
  readonly manifest: Manifest;
  /** Absolute path of its module. */
  readonly module: string;
  /** `built-in`, or the folder of the package. */
  readonly origin: string;
}

/**
 * The plugins of this installation and the packages that the configuration names: a daemon that may set clocks must not run
 * any code that lies in a folder. Code is loaded when an instance needs it.
 */
export class Catalogue {
  readonly #entries = new Map<string, CatalogueEntry>();
  readonly #loaded = new Map<string, PluginDefinition>();

  entries(): readonly CatalogueEntry[] {
    return [...this.#entries.values()];
  }

  entry(id: string): CatalogueEntry | undefined {
    return this.#entries.get(id);
  }

  /** Returns a definition that was loaded before. */
  definition(id: string): PluginDefinition | undefined {
    return this.#loaded.get(id);
  }

  /** Adds each `plugin.json` one level below `folder`. */
  addFolder(folder: string): void {
    for (const name of readdirSync(folder).sort()) {
      const path = join(folder, name, 'plugin.json');
      if (existsSync(path)) this.#add(readManifest(path), dirname(path), BUILT_IN);
    }
  }

  /**
   * Adds a package by name (resolved from `base`, the configuration's folder, then from the hub's own) or by path. Does not run
   * its code. Returns an error for a warning if a group can change its files. Throws `TH_PLUGIN_NOT_FOUND`,
   * `TH_PLUGIN_MANIFEST`, `TH_PLUGIN_API`, `TH_PLUGIN_UNSAFE`.
   */
  addPackage(name: string, base: string): HubError | undefined {
    const path = locate(name, base);
    const folder = dirname(path);
    const weakness = requireSafePackage(folder);
    const manifest = readManifest(path);
    for (const module of Object.values(manifest.plugins)) requireOwnModule(folder, module, path);
    this.#add(manifest, folder, folder);
    return weakness;
  }

  /** Loads a plugin's code. Throws `TH_PLUGIN_LOAD`. */
  async load(id: string): Promise<PluginDefinition> {
    const known = this.#loaded.get(id);
    if (known !== undefined) return known;
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new HubError('TH_PLUGIN_NOT_FOUND', `there is no plugin "${id}"`);
    const definition = await importDefinition(entry);
    this.#loaded.set(id, definition);
    return definition;
  }

  #add(manifest: Manifest, folder: string, origin: string): void {
    for (const [id, module] of Object.entries(manifest.plugins)) {
      const earlier = this.#entries.get(id);
      if (earlier !== undefined && earlier.origin !== origin) {
        throw new HubError('TH_PLUGIN_MANIFEST', `${folder} offers "${id}", which ${earlier.origin} offers too`);
      }
      this.#entries.set(id, { id, manifest, module: resolve(folder, module), origin });
    }
  }
}

/** Throws `TH_PLUGIN_MANIFEST`, `TH_PLUGIN_API`. */
function readManifest(path: string): Manifest {
  let text: string;
  try {
    text = readRegularFile(path, { most: LARGEST_MANIFEST }).toString();
  } catch (cause) {
    throw new HubError('TH_PLUGIN_MANIFEST', `${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
  return parseManifest(text, path);
}

/** A package name of npm. It cannot lead to a folder above. */
const PACKAGE_NAME = /^(@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*$/;

function locate(name: string, base: string): string {
  if (name.startsWith('.') || isAbsolute(name)) {
    const path = resolve(base, name, 'package.json');
    if (existsSync(path)) return path;
  } else if (PACKAGE_NAME.test(name)) {
    for (const folder of [...upwards(base), ...upwards(dirname(fileURLToPath(import.meta.url)))]) {
      const path = join(folder, 'node_modules', name, 'package.json');
      if (existsSync(path)) return path;
    }
  }
  throw new HubError('TH_PLUGIN_NOT_FOUND', `no package "${name}" is installed`, {
    hint: `run "npm install ${name}" in ${base}, or name a folder that starts with "./"`,
  });
}

function* upwards(from: string): Generator<string> {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    yield folder;
    if (folder === dirname(folder)) return;
  }
}

async function importDefinition(entry: CatalogueEntry): Promise<PluginDefinition> {
  let module: { readonly default?: unknown };
  try {
    module = await import(pathToFileURL(entry.module).href);
  } catch (cause) {
    throw new HubError('TH_PLUGIN_LOAD', `${entry.module} cannot be loaded: ${(cause as Error).message}`, { cause });
  }
  const definition = module.default as Partial<PluginDefinition> | undefined;
  if (
    definition === undefined ||
    `${definition.kind}.${definition.type}` !== entry.id ||
    typeof definition.create !== 'function'
  ) {
    throw new HubError('TH_PLUGIN_LOAD', `${entry.module} does not export the definition of "${entry.id}" by default`);
  }
  if (!isKnownContract(definition.api)) {
    throw new HubError(
      'TH_PLUGIN_API',
      `${entry.id} is written for contract ${definition.api}, this hub has ${API_VERSION}`,
    );
  }
  return definition as PluginDefinition;
}
