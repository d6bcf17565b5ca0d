import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { API_VERSION, HubError, type PluginDefinition } from '../../api/index.js';
import { type Manifest, parseManifest } from './manifest.js';

/** A plugin that could be loaded. */
export interface CatalogueEntry {
  /** `source.ntp` */
  readonly id: string;
  readonly manifest: Manifest;
  /** Absolute path of its module. */
  readonly module: string;
  /** `built-in` or the package's folder. */
  readonly origin: string;
}

/**
 * All plugins that may be used: those in the tree, and packages only when the configuration names them, because a daemon
 * that may set clocks must not run whatever lies in a folder. Code is loaded when an instance needs it.
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

  /** Definitions that were loaded so far. */
  definition(id: string): PluginDefinition | undefined {
    return this.#loaded.get(id);
  }

  /** Adds each `plugin.json` one level below `folder`. */
  addFolder(folder: string): void {
    for (const name of readdirSync(folder).sort()) {
      const path = join(folder, name, 'plugin.json');
      if (existsSync(path)) this.#add(parseManifest(readFileSync(path, 'utf8'), path), dirname(path), 'built-in');
    }
  }

  /**
   * Adds a package by name (resolved from `base`, the configuration's folder, then from the hub's own) or by path.
   * Throws `TH_PLUGIN_NOT_FOUND`, `TH_PLUGIN_MANIFEST`, `TH_PLUGIN_API`.
   */
  addPackage(name: string, base: string): void {
    const path = locate(name, base);
    this.#add(parseManifest(readFileSync(path, 'utf8'), path), dirname(path), dirname(path));
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
        throw new HubError('TH_PLUGIN_MANIFEST', `${folder} offers "${id}", which ${earlier.origin} has already`);
      }
      this.#entries.set(id, { id, manifest, module: resolve(folder, module), origin });
    }
  }
}

function locate(name: string, base: string): string {
  if (name.startsWith('.') || isAbsolute(name)) {
    const path = resolve(base, name, 'package.json');
    if (existsSync(path)) return path;
  } else {
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
  if (definition.api !== API_VERSION) {
    throw new HubError(
      'TH_PLUGIN_API',
      `${entry.id} is written for contract ${definition.api}, this hub has ${API_VERSION}`,
    );
  }
  return definition as PluginDefinition;
}
