import { createHash } from 'node:crypto';
import { isMappedV4, octetsOf } from '../address/index.js';

/**
 * Returns the reference id of a server at `address` (RFC 5905 §7.3): the IPv4 address, or the first four octets of the MD5 of
 * the IPv6 address. Undefined for other texts.
 */
export function refidOfAddress(address: string): number | undefined {
  const octets = octetsOf(address);
  if (octets === undefined) return undefined;
  return isMappedV4(octets) ? word(octets, 12) : word(createHash('md5').update(octets).digest(), 0);
}

/** An address, or up to four ASCII characters (`GPS`, `PPS`, `XNON`) padded with zeros. */
export function refidOfText(text: string): number {
  const ofAddress = refidOfAddress(text);
  if (ofAddress !== undefined) return ofAddress;
  const octets = Uint8Array.from({ length: 4 }, (_, i) => (i < text.length ? text.charCodeAt(i) & 0x7f : 0));
  return word(octets, 0);
}

/** Returns a readable reference id: the name of a reference clock at stratum 0 and 1, else the dotted quad. */
export function formatRefid(refid: number, stratum: number): string {
  const octets = [refid >>> 24, (refid >>> 16) & 0xff, (refid >>> 8) & 0xff, refid & 0xff];
  const name = String.fromCharCode(...octets).replace(/\0+$/, '');
  return stratum <= 1 && /^[\x21-\x7e]+$/.test(name) ? name : octets.join('.');
}

const word = (octets: Uint8Array, at: number): number =>
  ((octets[at]! << 24) | (octets[at + 1]! << 16) | (octets[at + 2]! << 8) | octets[at + 3]!) >>> 0;
