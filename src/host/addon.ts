import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Returns the folder of our package.json: this file may run from `dist/` or from a bundle. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (folder !== dirname(folder) && !isPackage(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/** Returns whether the addon was built in this installation. */
export const isAddonBuilt = (): boolean => existsSync(join(packageRoot(), 'build/Release/timehub.node'));

/** Returns the command that builds the addon in this installation, with sudo if another user owns it. */
export function addonCommand(): string {
  const root = packageRoot();
  const command = `${join(root, 'bin/timehub')} build-addon`;
  return isWritable(root) ? command : `sudo ${command}`;
}

/** Returns the remedy for a missing addon, a sentence. */
export const addonRemedy = (): string =>
  `"${addonCommand()}" builds it with a C++ compiler (apt install g++, dnf install gcc-c++, apk add g++)`;

function isPackage(path: string): boolean {
  return existsSync(path) && (JSON.parse(readFileSync(path, 'utf8')) as { name?: string }).name === 'timehub';
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
