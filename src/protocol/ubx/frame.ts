/** A UBX frame with its checksum verified. */
export interface UbxFrame {
  readonly classId: number;
  readonly messageId: number;
  readonly payload: Uint8Array;
}

export const UBX_SYNC_1 = 0xb5;
export const UBX_SYNC_2 = 0x62;

/** Octets of a frame before the payload: two of synchronisation, class, ID, two of length. */
export const UBX_HEADER_OCTETS = 6;
/** Octets of a frame beside the payload. */
export const UBX_OVERHEAD_OCTETS = UBX_HEADER_OCTETS + 2;

/**
 * Longest payload that is read, octets. The longest of a receiver's periodic messages, RXM-RAWX of 255 measurements, has 8176.
 */
export const MOST_PAYLOAD_OCTETS = 8192;

/** Returns the checksum over `octets` from `start` to before `end`: two octets, the first in the low half (8-bit Fletcher, RFC 1145). */
export function ubxChecksum(octets: Uint8Array, start: number, end: number): number {
  let a = 0;
  let b = 0;
  for (let at = start; at < end; at++) {
    a = (a + octets[at]!) & 0xff;
    b = (b + a) & 0xff;
  }
  return a | (b << 8);
}

/** Returns a frame's octets. Throws a RangeError if the payload is longer than `MOST_PAYLOAD_OCTETS`. */
export function writeUbxFrame(classId: number, messageId: number, payload: Uint8Array): Uint8Array {
  if (payload.length > MOST_PAYLOAD_OCTETS) throw new RangeError(`a UBX payload of ${payload.length} octets`);
  const octets = new Uint8Array(UBX_OVERHEAD_OCTETS + payload.length);
  octets.set([UBX_SYNC_1, UBX_SYNC_2, classId, messageId, payload.length & 0xff, payload.length >> 8]);
  octets.set(payload, UBX_HEADER_OCTETS);
  const end = UBX_HEADER_OCTETS + payload.length;
  const sum = ubxChecksum(octets, 2, end);
  octets.set([sum & 0xff, sum >> 8], end);
  return octets;
}
