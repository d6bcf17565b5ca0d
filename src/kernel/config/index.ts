import type { MachineInventory } from './check/machine.js';
import { type LoadedConfig, validateConfig } from './check/validate.js';
import type { ConfigFile, PluginCatalogue } from './config.js';
import { readConfig, readPresets } from './read/config-files.js';
import { type ConfigDocument, parseConfig } from './read/document.js';
import { unsafeFiles } from './read/unsafe-files.js';

export type { MachineInventory } from './check/machine.js';
export { type LoadedConfig, type Remarks, validateConfig } from './check/validate.js';
export type * from './config.js';
export { formatProblems, harmless, type Problem, problemLine, type Span } from './diagnose/problem.js';
export { type ConfigDifference, diffConfig } from './diff.js';
export { readPresets } from './read/config-files.js';
export { type ConfigDocument, parseConfig } from './read/document.js';

/** The types that a document may use. A function is called after the document was read, because it names packages to load. */
export type CatalogueFor = PluginCatalogue | ((document: ConfigDocument) => PluginCatalogue | Promise<PluginCatalogue>);

/**
 * Reads and checks a configuration: a path with the `conf.d` beside it, or a text alone. Never throws for the content of a
 * file: returns the configuration, or all problems with their places.
 */
export async function loadConfig(
  input: string | ConfigFile,
  catalogue: CatalogueFor,
  machine?: MachineInventory,
): Promise<LoadedConfig> {
  const document =
    typeof input === 'string'
      ? openConfig(input)
      : parseConfig(input.text, input.path, { dropIns: [], unsafe: unsafeFiles([input.path]), presets: readPresets() });
  if ('problems' in document) return document;
  // The simulated world has its own clocks and interfaces.
  const real = document.tree.lab === undefined ? machine : undefined;
  return validateConfig(document, typeof catalogue === 'function' ? await catalogue(document) : catalogue, real);
}

/** Reads a configuration without checking it against the plugins. */
function openConfig(path: string): ConfigDocument | Extract<LoadedConfig, { readonly config?: undefined }> {
  const read = readConfig(path);
  return read.problems === undefined
    ? parseConfig(read.file.text, read.file.path, read.around)
    : { problems: read.problems, warnings: [], files: [] };
}
