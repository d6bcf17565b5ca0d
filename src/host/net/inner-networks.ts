import { existsSync, readdirSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';

const CLASS = '/sys/class/net';

/** Returns the networks (CIDR) of bridges without a physical port, such as docker0 and virbr0. */
export const innerNetworks = (): readonly string[] =>
  Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    isInner(name) ? (addresses ?? []).flatMap(({ cidr }) => (cidr === null ? [] : [cidr])) : [],
  );

function isInner(name: string): boolean {
  if (!existsSync(join(CLASS, name, 'bridge'))) return false;
  return !list(join(CLASS, name, 'brif')).some(hasCable);
}

/** Returns true when the port is a device (a card) or is built on another interface (a VLAN, a bond). */
const hasCable = (port: string): boolean =>
  existsSync(join(CLASS, port, 'device')) || list(join(CLASS, port)).some((entry) => entry.startsWith('lower_'));

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // The interface was removed meanwhile.
    return [];
  }
}
