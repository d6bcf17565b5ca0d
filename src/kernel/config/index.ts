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
export { readConfig, readPresets } from './read/config-files.js';
export { type ConfigDocument, parseConfig } from './read/document.js';
export { type EffectiveValue, effectiveConfig, formatEffective } from './reference/effective.js';
export { type OptionRow, optionRows, optionsTable } from './reference/options-table.js';

/** The plugins a document may use; asked after the document was read, because it names packages to load. */
export type CatalogueFor = PluginCatalogue | ((document: ConfigDocument) => PluginCatalogue | Promise<PluginCatalogue>);

/**
 * Reads and checks a configuration. A path is read with the `conf.d` beside it, a text without.
 * Never throws for what a file may hold: either the configuration, or all problems, each with its place.
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
  // A simulated world has clocks and interfaces of its own.
  const real = document.tree.lab === undefined ? machine : undefined;
  return validateConfig(document, typeof catalogue === 'function' ? await catalogue(document) : catalogue, real);
}

/** Reads a configuration without checking it against the plugins. */
export function openConfig(path: string): ConfigDocument | Extract<LoadedConfig, { readonly config?: undefined }> {
  const read = readConfig(path);
  return read.problems === undefined
    ? parseConfig(read.file.text, read.file.path, read.around)
    : { problems: read.problems, warnings: [], files: [] };
}
