const ETHERTYPE_OFFSET = 12;
const ETHERTYPE_PTP = 0x88f7;
const MESSAGE = 14;
const CORRECTION = MESSAGE + 8;
const SOURCE_PORT = MESSAGE + 20;
const SEQUENCE = MESSAGE + 30;
/** Offset of requestingPortIdentity in a Pdelay_Resp and its Pdelay_Resp_Follow_Up, octets. */
const REQUESTING_PORT = MESSAGE + 44;
const PORT_OCTETS = 10;
const SHORTEST = MESSAGE + 44;

/** IEEE 1588-2019 §13.3.2.3. */
export const SYNC = 0x0;
export const DELAY_REQ = 0x1;
export const PDELAY_REQ = 0x2;
export const PDELAY_RESP = 0x3;
export const PDELAY_RESP_FOLLOW_UP = 0xa;

/** Returns the type of the PTP message in a frame, or undefined for other frames. */
export function messageType(frame: Buffer): number | undefined {
  if (frame.length < SHORTEST || frame.readUInt16BE(ETHERTYPE_OFFSET) !== ETHERTYPE_PTP) return undefined;
  return firstOctet(frame) & 0x0f;
}

export const isEvent = (type: number | undefined): boolean => type !== undefined && type <= PDELAY_RESP;

/** Returns the octet by which the card recognises the message: majorSdoId and type. */
export const firstOctet = (frame: Buffer): number => frame[MESSAGE]!;

/** Returns a text that is the same for a Pdelay_Req, its Pdelay_Resp and its Pdelay_Resp_Follow_Up. */
export function exchangeOf(frame: Buffer): string {
  const asker = messageType(frame) === PDELAY_REQ ? SOURCE_PORT : REQUESTING_PORT;
  return `${frame.toString('hex', asker, asker + PORT_OCTETS)} ${frame.readUInt16BE(SEQUENCE)}`;
}

/** Adds to the correctionField. */
export function correct(frame: Buffer, residenceNs: bigint): void {
  frame.writeBigInt64BE(frame.readBigInt64BE(CORRECTION) + (residenceNs << 16n), CORRECTION);
}
