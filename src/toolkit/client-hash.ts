import { isMappedV4 } from '../protocol/address/index.js';

const V4_OCTETS = 4;
/** A /64 is one client, because its owner has all addresses in it. */
const V6_OCTETS = 8;
const ADDRESS_OCTETS = 16;

/** Index of the first octet that tells IPv4 clients apart, in 16 octets. */
const V4_FROM = ADDRESS_OCTETS - V4_OCTETS;

/**
 * Hashes clients by tabulation: a table of random words for each octet. Nobody who does not know the tables finds addresses with one
 * hash. Allocates no memory.
 */
export class ClientHash {
  readonly #words: Uint32Array;
  /** Results of `hash`: two independent words of 32 bits. */
  place = 0;
  tag = 0;

  /** `random`: returns unpredictable octets. */
  constructor(random: (octets: number) => Uint8Array) {
    this.#words = new Uint32Array(Uint8Array.from(random(2 * V6_OCTETS * 256 * 4)).buffer);
  }

  /** `address`: 16 octets, IPv4-mapped for IPv4. */
  hash(address: Uint8Array): void {
    const isV4 = isMappedV4(address);
    const from = isV4 ? V4_FROM : 0;
    const count = isV4 ? V4_OCTETS : V6_OCTETS;
    let place = 0;
    let tag = isV4 ? 1 : 2;
    for (let i = 0; i < count; i++) {
      const at = (i * 256 + address[from + i]!) * 2;
      place ^= this.#words[at]!;
      tag ^= this.#words[at + 1]!;
    }
    this.place = place >>> 0;
    this.tag = tag >>> 0;
  }
}

/** Writes the octets that a client is told apart by: an IPv4 address, or an IPv6 /64 with zeros after it. */
export function writeClient(address: Uint8Array, to: Uint8Array, at: number): void {
  const octets = isMappedV4(address) ? ADDRESS_OCTETS : V6_OCTETS;
  for (let i = 0; i < ADDRESS_OCTETS; i++) to[at + i] = i < octets ? address[i]! : 0;
}

/** Returns true if these octets, as `writeClient` wrote them, are the client's. */
export function isClient(address: Uint8Array, written: Uint8Array, at: number): boolean {
  const octets = isMappedV4(address) ? ADDRESS_OCTETS : V6_OCTETS;
  // The last octets differ most: those of most clients begin alike.
  for (let i = octets - 1; i >= 0; i--) if (written[at + i] !== address[i]!) return false;
  for (let i = octets; i < ADDRESS_OCTETS; i++) if (written[at + i] !== 0) return false;
  return true;
}

/** Returns the name of a client by its octets as `writeClient` wrote them: an IPv4 address, or a network such as "2001:db8::/64". */
export const formatClient = (written: Uint8Array): string =>
  isMappedV4(written) ? written.subarray(V4_FROM).join('.') : `${formatNetwork(written)}/${8 * V6_OCTETS}`;

/** Returns an IPv6 address whose second half is zero as text. */
function formatNetwork(octets: Uint8Array): string {
  const groups = [0, 2, 4, 6].map((at) => ((octets[at]! << 8) | octets[at + 1]!).toString(16));
  while (groups.at(-1) === '0') groups.pop();
  return `${groups.join(':')}::`;
}
