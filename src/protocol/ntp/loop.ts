import { isMappedV4, octetsOf } from '../address/index.js';
import type { Answer } from './evaluate.js';
import { refidOfAddress } from './refid.js';

/**
 * Returns the end of a sentence about the server if its refid names one of `ownAddresses`: it follows this machine (RFC 5905
 * §9.2). Loopback addresses are left out, because every machine has them. A running hub has more evidence (`Context.identity`).
 */
export function loopReason({ refid, stratum, reference }: Answer, ownAddresses: readonly string[]): string | undefined {
  const isOurs = (address: string): boolean => !isLoopback(address) && refidOfAddress(address) === refid;
  return stratum >= 2 && ownAddresses.some(isOurs) ? `follows this machine (refid ${reference})` : undefined;
}

function isLoopback(address: string): boolean {
  const octets = octetsOf(address);
  if (octets === undefined) return true;
  return isMappedV4(octets) ? octets[12] === 127 : octets[15] === 1 && octets.subarray(0, 15).every((o) => o === 0);
}
