import type { Endpoint } from '../../api/udp.js';
import { isMappedV4, octetsOf } from './address.js';

/** Returns the IP version of an address in text form; 6 for anything that is not a dotted quad. */
export function familyOf(address: string): 4 | 6 {
  const octets = octetsOf(address);
  return octets !== undefined && isMappedV4(octets) && !address.includes(':') ? 4 : 6;
}

/** Compares ports and addresses; one address may be written in several ways. */
export function isSameEndpoint(a: Endpoint, b: Endpoint): boolean {
  if (a.port !== b.port) return false;
  if (a.address === b.address) return true;
  const [one, other] = [octetsOf(a.address), octetsOf(b.address)];
  return one !== undefined && other !== undefined && one.every((octet, i) => octet === other[i]);
}
