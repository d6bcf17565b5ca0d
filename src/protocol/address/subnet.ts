import { isMappedV4, octetsOf } from './address.js';

/** A range of addresses; IPv4 ones as IPv4-mapped IPv6, so that both families of a dual-stack socket are matched alike. */
export interface Subnet {
  readonly octets: Uint8Array;
  /** Prefix length, 0..128. */
  readonly bits: number;
}

/** Reads `192.0.2.0/24`, `2001:db8::/32`, `192.0.2.7` or `all`. Returns undefined for other texts. */
export function parseSubnet(text: string): Subnet | undefined {
  if (text === 'all') return { octets: new Uint8Array(16), bits: 0 };
  const [address, digits, ...more] = text.split('/');
  const octets = octetsOf(address!);
  if (octets === undefined || more.length > 0) return undefined;
  const v4 = isMappedV4(octets) && !address!.includes(':');
  const size = v4 ? 32 : 128;
  if (digits === undefined) return { octets, bits: 128 };
  const bits = /^\d{1,3}$/.test(digits) ? Number(digits) : size + 1;
  return bits > size ? undefined : { octets, bits: bits + 128 - size };
}

/** Returns true if an address (`octetsOf`) lies in one of the ranges. */
export function covers(subnets: readonly Subnet[], address: Uint8Array): boolean {
  // An index needs no memory, which an iterator or a function would.
  for (let i = 0; i < subnets.length; i++) if (contains(subnets[i]!, address)) return true;
  return false;
}

function contains({ octets, bits }: Subnet, address: Uint8Array): boolean {
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (octets[i] !== address[i]) return false;
  const rest = 0xff00 >> (bits & 7);
  return whole === 16 || ((octets[whole]! ^ address[whole]!) & rest & 0xff) === 0;
}
