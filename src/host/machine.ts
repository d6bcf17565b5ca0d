import { existsSync, readFileSync, statSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { type ClockId, cleanText } from '../api/index.js';
import { nodeOf } from './phc/device.js';

/** This machine, as far as the check of a configuration asks about it. */
export const machine = {
  hasInterface: (name: string): boolean => interfaceNames()?.includes(name) ?? true,

  clockDevice(id: ClockId): { readonly device: string } | { readonly missing: string } {
    try {
      return { device: `/dev/${nodeOf(id, undefined)}` };
    } catch (error) {
      return { missing: (error as Error).message };
    }
  },

  kindOf(path: string): 'folder' | 'other' | undefined {
    try {
      return statSync(path).isDirectory() ? 'folder' : 'other';
    } catch (error) {
      // A path that this user may not look at may be there.
      return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'folder' : undefined;
    }
  },

  addresses: (): readonly string[] =>
    Object.values(networkInterfaces()).flatMap((entries) => (entries ?? []).map(({ address }) => address)),
};

const INTERFACES = '/proc/net/dev';

/** Those of this network namespace. Undefined where the system does not list them. */
function interfaceNames(): readonly string[] | undefined {
  if (!existsSync(INTERFACES)) return undefined;
  const [, , ...lines] = readFileSync(INTERFACES, 'utf8').split('\n');
  return lines.map((line) => cleanText(line.slice(0, line.indexOf(':')).trim()));
}
