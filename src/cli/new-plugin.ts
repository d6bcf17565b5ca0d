import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { API_VERSION, HubError } from '../api/index.js';
import { Catalogue } from '../kernel/plugins/catalogue.js';
import { EXIT, type ExitStatus } from './exit.js';
import { packageRoot, pluginFolder } from './package-root.js';
import { VERSION } from './version.js';

/** A plugin's name, as its manifest spells it. */
const NAME = /^[a-z][a-z0-9-]{0,39}$/;

/** npm leaves files of the right name out of packages. */
const RENAMED: Readonly<Record<string, string>> = { gitignore: '.gitignore' };

/** `timehub plugins new`: writes a package that can be built, tested and named in a configuration. Overwrites nothing. */
export async function run(kind: string, name: string, options: { readonly folder?: string }): Promise<ExitStatus> {
  if (kind !== 'source' && kind !== 'sink')
    throw new HubError('TH_CLI_USAGE', `"${kind}" is not a kind of plugin`, { hint: 'say "source" or "sink"' });
  requireName(kind, name);
  const packageName = `timehub-${kind}-${name}`;
  const folder = resolve(options.folder ?? packageName);
  const files = starter(kind).map(({ path, text }) => ({
    path: join(folder, path),
    text: text
      .replaceAll('{{type}}', name)
      .replaceAll('{{version}}', VERSION)
      .replaceAll('"{{api}}"', String(API_VERSION)),
  }));
  const present = files.find(({ path }) => existsSync(path));
  if (present !== undefined)
    throw new HubError('TH_CLI_FILE', `${present.path} is there already: nothing was written`, {
      hint: 'name another folder with --folder, or remove the file',
    });
  try {
    for (const { path, text } of files) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text, { flag: 'wx' });
    }
  } catch (cause) {
    throw new HubError('TH_CLI_FILE', `the package cannot be written: ${(cause as Error).message}`, {
      cause,
      hint: 'name a folder that this user may write to with --folder',
    });
  }
  console.log(`wrote ${packageName}:`);
  for (const { path } of files) console.log(`  ${path}`);
  console.log(`next:
  cd ${folder}
  npm install --save-dev ${packageRoot()}
  npm test`);
  return EXIT.synchronised;
}

function requireName(kind: string, name: string): void {
  if (!NAME.test(name))
    throw new HubError('TH_CLI_USAGE', `"${name}" cannot be the name of a ${kind}`, {
      hint: 'use up to 40 lower-case letters, digits and hyphens, a letter first: the name stands in [source.<name>.…]',
    });
  const catalogue = new Catalogue();
  catalogue.addFolder(pluginFolder());
  if (catalogue.entry(`${kind}.${name}`) !== undefined)
    throw new HubError('TH_CLI_USAGE', `timehub has a ${kind} "${name}" of its own`, { hint: 'use another name' });
}

function starter(kind: string): readonly { readonly path: string; readonly text: string }[] {
  const folder = join(packageRoot(), 'starter', kind);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => ({
      path: join(parentPath, RENAMED[name] ?? name).slice(folder.length + 1),
      text: readFileSync(join(parentPath, name), 'utf8'),
    }));
}
