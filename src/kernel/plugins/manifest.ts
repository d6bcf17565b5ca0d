import { API_VERSION, cleanText, HubError, isKnownContract, LONGEST_SENTENCE } from '../../api/index.js';

/** A plugin's identity, read without running its code: `plugin.json`, or the block `timehub` of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly api: number;
  readonly summary: string;
  /** `source.ntp` → path of its module, relative to the manifest. */
  readonly plugins: Readonly<Record<string, string>>;
}

const PLUGIN_ID = /^(source|sink)\.[a-z][a-z0-9-]*$/;

/** Characters with a meaning in a URL, a shell or another system. The path of a module needs none of them. */
const UNUSUAL = /[\\%?#:]|\p{C}/u;

/** Returns true for a step down that does not lead into another package. */
const isPlainName = (name: string): boolean =>
  name !== '' && name !== '.' && name !== '..' && !/^node_modules$/i.test(name) && !UNUSUAL.test(name);

/** Reads a manifest's text. Throws `TH_PLUGIN_MANIFEST` or `TH_PLUGIN_API`, naming `path`. */
export function parseManifest(text: string, path: string): Manifest {
  const file = asTable(parseJson(text, path), path, 'the file');
  const block = 'timehub' in file ? asTable(file.timehub, path, '"timehub"') : file;
  if (!Number.isInteger(block.api)) throw malformed(path, '"api" must be the number of the contract');
  if (!isKnownContract(block.api)) {
    throw new HubError(
      'TH_PLUGIN_API',
      cleanText(`${path}: it is written for contract ${block.api}, this hub has ${API_VERSION}`, LONGEST_SENTENCE),
      {
        hint: 'install a version of the plugin that fits this hub',
      },
    );
  }
  const plugins = asTable(block.plugins, path, '"plugins"');
  for (const [id, module] of Object.entries(plugins)) {
    if (!PLUGIN_ID.test(id)) throw malformed(path, `"${id}" is not a plugin's id such as "source.ntp"`);
    if (typeof module !== 'string' || !module.startsWith('./'))
      throw malformed(path, `the module of "${id}" must start with "./"`);
    if (!module.slice(2).split('/').every(isPlainName))
      throw malformed(path, `the module of "${id}" must be a plain path inside the package, such as "./source.js"`);
  }
  return {
    name: asText(file.name, path),
    version: typeof file.version === 'string' ? cleanText(file.version) : '',
    api: API_VERSION,
    summary: typeof block.summary === 'string' ? cleanText(block.summary, LONGEST_SENTENCE) : '',
    plugins: plugins as Record<string, string>,
  };
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new HubError(
      'TH_PLUGIN_MANIFEST',
      cleanText(`${path} is not JSON: ${(cause as Error).message}`, LONGEST_SENTENCE),
      {
        cause,
      },
    );
  }
}

function asTable(value: unknown, path: string, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw malformed(path, `${what} must be an object`);
}

function asText(value: unknown, path: string): string {
  if (typeof value === 'string' && value !== '') return cleanText(value);
  throw malformed(path, '"name" must be a text');
}

const malformed = (path: string, what: string): HubError =>
  new HubError('TH_PLUGIN_MANIFEST', cleanText(`${path}: ${what}`, LONGEST_SENTENCE), {
    hint: 'docs/plugins.md shows a manifest',
  });
