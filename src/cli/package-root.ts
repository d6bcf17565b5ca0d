import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this installation, wherever the code was compiled or bundled to. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/** The compiled plugins that belong to this code: the bundle has its own. */
export const pluginFolder = (): string => fileURLToPath(new URL('../../plugins', import.meta.url));
