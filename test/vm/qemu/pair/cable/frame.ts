const ETHERTYPE_OFFSET = 12;
const ETHERTYPE_PTP = 0x88f7;
const MESSAGE = 14;
const CORRECTION = MESSAGE + 8;
const SOURCE_PORT = MESSAGE + 20;
const SEQUENCE = MESSAGE + 30;
/** Place of requestingPortIdentity in a Pdelay_Resp and its Pdelay_Resp_Follow_Up. */
const REQUESTING_PORT = MESSAGE + 44;
const PORT_OCTETS = 10;
const SHORTEST = MESSAGE + 44;

/** IEEE 1588-2019 §13.3.2.3. */
export const SYNC = 0x0;
export const DELAY_REQ = 0x1;
export const PDELAY_REQ = 0x2;
export const PDELAY_RESP = 0x3;
export const PDELAY_RESP_FOLLOW_UP = 0xa;

/** The type of the PTP message in a frame; undefined for all else. */
export function messageType(frame: Buffer): number | undefined {
  if (frame.length < SHORTEST || frame.readUInt16BE(ETHERTYPE_OFFSET) !== ETHERTYPE_PTP) return undefined;
  return firstOctet(frame) & 0x0f;
}

export const isEvent = (type: number | undefined): boolean => type !== undefined && type <= PDELAY_RESP;

/** The octet by which the card knows the message: majorSdoId and type. */
export const firstOctet = (frame: Buffer): number => frame[MESSAGE]!;

/** Returns a text that is equal for a Pdelay_Req, its answer and the answer's follow-up. */
export function exchangeOf(frame: Buffer): string {
  const asker = messageType(frame) === PDELAY_REQ ? SOURCE_PORT : REQUESTING_PORT;
  return `${frame.toString('hex', asker, asker + PORT_OCTETS)} ${frame.readUInt16BE(SEQUENCE)}`;
}

/** Adds to the correctionField. */
export function correct(frame: Buffer, residenceNs: bigint): void {
  frame.writeBigInt64BE(frame.readBigInt64BE(CORRECTION) + (residenceNs << 16n), CORRECTION);
}
