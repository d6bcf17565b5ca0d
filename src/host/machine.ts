import { existsSync, readFileSync, statSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { type ClockId, cleanText } from '../api/index.js';
import { nodeOf } from './phc/device.js';

/** The facts about this machine that the check of a configuration needs. */
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
      // This user may not look at the path, so it may exist.
      return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'folder' : undefined;
    }
  },

  addresses: (): readonly string[] =>
    Object.values(networkInterfaces()).flatMap((entries) => (entries ?? []).map(({ address }) => address)),
};

const INTERFACES = '/proc/net/dev';

/** Returns the names of the interfaces in this network namespace; undefined where the system does not list them. */
function interfaceNames(): readonly string[] | undefined {
  if (!existsSync(INTERFACES)) return undefined;
  const [, , ...lines] = readFileSync(INTERFACES, 'utf8').split('\n');
  return lines.map((line) => cleanText(line.slice(0, line.indexOf(':')).trim()));
}
