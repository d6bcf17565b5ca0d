/** The generator polynomial of CRC-24Q, without its highest bit (RTCM 10403, RFC 4880 §6.1). */
const POLYNOMIAL = 0x864cfb;

const TABLE = Int32Array.from({ length: 256 }, (_, octet) => {
  let crc = octet << 16;
  for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x800000 ? POLYNOMIAL : 0)) & 0xffffff;
  return crc;
});

/** Returns CRC-24Q of `octets` from `start` to before `end`, beginning with zero as RTCM 3 does. */
export function crc24q(octets: Uint8Array, start: number, end: number): number {
  let crc = 0;
  for (let at = start; at < end; at++) crc = ((crc << 8) & 0xffffff) ^ TABLE[(crc >> 16) ^ octets[at]!]!;
  return crc;
}
