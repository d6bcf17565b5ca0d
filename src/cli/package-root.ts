import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Returns the folder of this installation, for compiled code and for the bundle. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/** Returns the folder of the compiled plugins of this code: the bundle has its own. */
export const pluginFolder = (): string => fileURLToPath(new URL('../../plugins', import.meta.url));
