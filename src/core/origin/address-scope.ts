import type { Claims } from '../../api/index.js';
import { isMappedV4, octetsOf, parseServer } from '../../protocol/address/index.js';
import { formatRefid, refidOfAddress } from '../../protocol/ntp/refid.js';

/** Refids and addresses of figure 12 of RFC 5905 are addresses from this stratum on. */
const FIRST_SECONDARY_STRATUM = 2;

/** Returns the host of an address claim (`host`, `host:port` or `[v6]:port`). */
export const hostOf = (address: string | undefined): string | undefined =>
  address === undefined || address === '' ? undefined : (parseServer(address)?.host ?? address);

/** Returns the refid that names a machine, as text (RFC 5905 §7.3); undefined when `host` is no address. */
export function refidOfHost(host: string | undefined): string | undefined {
  const refid = host === undefined ? undefined : refidOfAddress(host);
  return refid === undefined ? undefined : formatRefid(refid, FIRST_SECONDARY_STRATUM);
}

/**
 * Returns the refid of the machine that a source follows; undefined if it names none, as with the 127.127.x.y of reference
 * clocks or 0.0.0.0.
 */
export function upstreamOf({ parent, reference, stratum = 0 }: Claims): string | undefined {
  const refid = parent === undefined ? referenceOf(reference, stratum) : refidOfHost(parent);
  return refid === undefined || refid.startsWith('127.127.') || refid === '0.0.0.0' ? undefined : refid;
}

const referenceOf = (reference: string | undefined, stratum: number): string | undefined =>
  reference !== undefined && stratum >= FIRST_SECONDARY_STRATUM && QUAD.test(reference) ? reference : undefined;

const QUAD = /^\d+\.\d+\.\d+\.\d+$/;

/** The range in which an address is unique: one machine, one site, or the Internet. */
export type AddressScope = 'loopback' | 'site' | 'global';

/** Returns the scope of an address; undefined if `host` is not an address. */
export function scopeOf(host: string | undefined): AddressScope | undefined {
  const octets = host === undefined ? undefined : octetsOf(host);
  if (octets === undefined) return undefined;
  return isMappedV4(octets) ? scopeOfV4(octets[12]!, octets[13]!) : scopeOfV6(octets);
}

/** RFC 1918, RFC 6598 (carriers' NAT) and RFC 3927 (link-local). */
function scopeOfV4(first: number, second: number): AddressScope {
  if (first === 127) return 'loopback';
  const isSite =
    first === 10 ||
    (first === 172 && second >> 4 === 1) ||
    (first === 192 && second === 168) ||
    (first === 100 && second >> 6 === 1) ||
    (first === 169 && second === 254);
  return isSite ? 'site' : 'global';
}

/** RFC 4193 (unique local) and link-local. */
function scopeOfV6(octets: Uint8Array): AddressScope {
  if (octets[15] === 1 && octets.subarray(0, 15).every((octet) => octet === 0)) return 'loopback';
  const isSite = (octets[0]! & 0xfe) === 0xfc || (octets[0] === 0xfe && (octets[1]! & 0xc0) === 0x80);
  return isSite ? 'site' : 'global';
}

/**
 * Returns true when the source at `source` may mean the machine at `named` by its address: at another site a private address
 * means another machine, and on another machine a loopback address does.
 */
export function mayMean(named: string, source: string | undefined): boolean {
  const from = scopeOf(source);
  if (from === undefined) return true;
  const scope = scopeOf(named);
  if (scope === 'loopback') return from === 'loopback';
  return scope !== 'site' || from !== 'global';
}
