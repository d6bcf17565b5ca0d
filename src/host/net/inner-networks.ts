import { existsSync, readdirSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';

const CLASS = '/sys/class/net';

/** Networks (CIDR) of bridges without a physical port below them: docker0, virbr0 and their like. */
export const innerNetworks = (): readonly string[] =>
  Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    isInner(name) ? (addresses ?? []).flatMap(({ cidr }) => (cidr === null ? [] : [cidr])) : [],
  );

function isInner(name: string): boolean {
  if (!existsSync(join(CLASS, name, 'bridge'))) return false;
  return !list(join(CLASS, name, 'brif')).some(hasCable);
}

/** A device of its own (a card), or one that stands on another interface (a VLAN, a bond). */
const hasCable = (port: string): boolean =>
  existsSync(join(CLASS, port, 'device')) || list(join(CLASS, port)).some((entry) => entry.startsWith('lower_'));

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // The interface has gone meanwhile.
    return [];
  }
}
