import type { Claims } from '../../api/index.js';
import { covers, octetsOf, parseSubnet } from '../../protocol/address/index.js';
import { hostOf, mayMean, refidOfHost, scopeOf, upstreamOf } from './address-scope.js';

/** Addresses under which this hub can be reached. */
export interface OwnAddresses {
  /** Addresses of this machine, and addresses that proved to lead here. */
  readonly addresses: readonly string[];
  /** Own addresses at which sinks serve, or at which requests arrived. */
  readonly served: ReadonlySet<string>;
  /**
   * Networks (CIDR) of bridges without a cable, as of containers and virtual machines: other hosts have the same addresses
   * there, so only machines inside of such a network mean this one.
   */
  readonly inner: readonly string[];
  /** Returns true when this stratum was served lately. */
  readonly hasServed: (stratum: number) => boolean;
}

/** Loopback addresses that every machine has. */
const COMMON = new Set(['127.0.0.1', '::1']);

/** Returns the own address that a source names as its reference; undefined if it names another machine or none. */
export function ownAddressNamedBy(claims: Claims, places: OwnAddresses): string | undefined {
  const upstream = upstreamOf(claims);
  if (upstream === undefined) return undefined;
  const source = hostOf(claims.address);
  return [...places.served, ...places.addresses].find(
    (own) => refidOfHost(own) === upstream && isMeant(own, source, { claims, places }),
  );
}

function isMeant(own: string, source: string | undefined, { claims, places }: NamedIn): boolean {
  if (!mayMean(own, source)) return false;
  if (scopeOf(own) !== 'loopback') return isVisible(own, source, places);
  if (!places.served.has(own)) return false;
  return !COMMON.has(own) || places.hasServed((claims.stratum ?? 0) - 1);
}

interface NamedIn {
  readonly claims: Claims;
  readonly places: OwnAddresses;
}

/** An address of an inner network means this machine only to sources on this machine or in that network. */
function isVisible(own: string, source: string | undefined, { inner, addresses }: OwnAddresses): boolean {
  const octets = octetsOf(own)!;
  const around = inner.map((cidr) => parseSubnet(cidr)!).filter((subnet) => covers([subnet], octets));
  if (around.length === 0) return true;
  const from = octetsOf(source ?? '');
  return from !== undefined && (covers(around, from) || scopeOf(source) === 'loopback' || addresses.includes(source!));
}
