const ETHERTYPE_OFFSET = 12;
const ETHERTYPE_PTP = 0x88f7;
const MESSAGE = 14;
const CORRECTION = MESSAGE + 8;
const HEADER_OCTETS = 34;

export const SYNC = 0;
export const DELAY_REQ = 1;
/** Types below are of event messages (IEEE 1588-2019 §13.3.2.3). */
const GENERAL_MESSAGES = 8;

/** The type of the event message in a frame of layer 2; undefined for all else. */
export function eventType(frame: Buffer): number | undefined {
  if (frame.length < MESSAGE + HEADER_OCTETS || frame.readUInt16BE(ETHERTYPE_OFFSET) !== ETHERTYPE_PTP)
    return undefined;
  const type = frame[MESSAGE]! & 0x0f;
  return type < GENERAL_MESSAGES ? type : undefined;
}

/** The octet by which the card knows the message: majorSdoId and type. */
export const firstOctet = (frame: Buffer): number => frame[MESSAGE]!;

/** Adds to the correctionField, as a transparent clock does (IEEE 1588-2019 §10.2). */
export function correct(frame: Buffer, residenceNs: bigint): void {
  frame.writeBigInt64BE(frame.readBigInt64BE(CORRECTION) + (residenceNs << 16n), CORRECTION);
}
