import { HEADER_OCTETS } from '../header.js';

/** Returns a packet of a header and these fields: type, length as written, octets as sent. */
export function packetWith(
  ...fields: readonly (readonly [type: number, length: number, octets: number])[]
): Uint8Array {
  const packet = new Uint8Array(HEADER_OCTETS + fields.reduce((sum, [, , octets]) => sum + octets, 0));
  let at = HEADER_OCTETS;
  for (const [type, length, octets] of fields) {
    packet.set([type >> 8, type & 0xff, length >> 8, length & 0xff].slice(0, octets), at);
    at += octets;
  }
  return packet;
}
