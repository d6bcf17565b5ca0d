import { HEADER_OCTETS } from './header.js';

/** RFC 8915 §5.3; echoed without NTS too. */
export const UNIQUE_IDENTIFIER = 0x0104;

/** An extension field by its place in the packet; its four octets of type and length are included. */
export interface ExtensionField {
  readonly type: number;
  readonly start: number;
  readonly length: number;
}

/** The part of a packet after the header. */
export interface Trailer {
  readonly fields: readonly ExtensionField[];
  /** Octets of the message authentication code: 0 when there is none, 4 for a crypto-NAK. */
  readonly macLength: number;
}

const NOTHING: Trailer = { fields: [], macLength: 0 };
const MIN_FIELD = 16;
/** Key id and a digest of 16 or 20 octets, or the key id alone (RFC 7822 §3, RFC 5905 §7.5). */
const MAC_LENGTHS: readonly number[] = [4, 20, 24];
/** Longest MAC of NTPv3, octets; it has no extension fields. */
const MAX_V3_MAC = 68;

/**
 * Reads the octets between the header and `length`, the end of the packet. Returns undefined if they are malformed.
 *
 * RFC 7822 §3: fields are of 16 octets or more in steps of 4, and a remainder of 4, 20 or 24 octets is a MAC, even where it
 * would read as a field.
 */
export function readTrailer(packet: Uint8Array, length: number, version: number): Trailer | undefined {
  if (length === HEADER_OCTETS) return NOTHING;
  if (length % 4 !== 0) return undefined;
  if (version < 4) {
    const macLength = length - HEADER_OCTETS;
    return macLength <= MAX_V3_MAC ? { fields: [], macLength } : undefined;
  }
  const fields: ExtensionField[] = [];
  let start = HEADER_OCTETS;
  while (start < length) {
    const remainder = length - start;
    if (MAC_LENGTHS.includes(remainder)) return { fields, macLength: remainder };
    const type = (packet[start]! << 8) | packet[start + 1]!;
    const size = (packet[start + 2]! << 8) | packet[start + 3]!;
    if (size < MIN_FIELD || size % 4 !== 0 || size > remainder) return undefined;
    fields.push({ type, start, length: size });
    start += size;
  }
  return { fields, macLength: 0 };
}
