import { FLAGS, type Flags } from './flags.js';
import { getClockIdentity, type PortIdentity, setClockIdentity } from './identity.js';
import type { TimeInterval } from './time.js';

/** Length of the common header (IEEE 1588-2019 §13.3.1), octets. */
export const HEADER_OCTETS = 34;
export const VERSION = 2;

/** sdoId: 12 bits, the upper four are majorSdoId (§7.1.4), which IEEE 1588-2008 calls transportSpecific. */
export const SDO_1588 = 0x000;
export const SDO_8021AS = 0x100;
export const SDO_CMLDS = 0x200;
export const SDO_CSPTP = 0x300;

/** The common header (§13.3) without message length and type, which the codec writes, and the obsolete controlField. */
export interface PtpHeader {
  /** 12 bits. */
  readonly sdoId: number;
  /** 0: IEEE 1588-2008. 1: IEEE 1588-2019. Higher values of later editions are accepted. */
  readonly minorVersion: number;
  readonly domain: number;
  readonly flags: Flags;
  readonly correction: TimeInterval;
  /** messageTypeSpecific, 4 octets: one-step hardware may keep its stamps there. */
  readonly typeSpecific: number;
  readonly source: PortIdentity;
  readonly sequenceId: number;
  /** log2 of seconds. 0x7F: no meaning in this message. */
  readonly logInterval: number;
}

/** Octet offsets of the fields, also for code that writes them without the encoder. */
export const LENGTH_AT = 2;
export const DOMAIN_AT = 4;
export const MINOR_SDO_AT = 5;
export const FLAGS_AT = 6;
export const CORRECTION_AT = 8;
export const TYPE_SPECIFIC_AT = 16;
export const SOURCE_AT = 20;
export const SEQUENCE_AT = 30;
export const CONTROL_AT = 32;
export const INTERVAL_AT = 33;

/** `view`: 34 octets or more. */
export function readHeader(view: DataView): PtpHeader {
  return {
    sdoId: ((view.getUint8(0) & 0xf0) << 4) | view.getUint8(MINOR_SDO_AT),
    minorVersion: view.getUint8(1) >> 4,
    domain: view.getUint8(DOMAIN_AT),
    flags: FLAGS.read(view.getUint16(FLAGS_AT)),
    correction: view.getBigInt64(CORRECTION_AT),
    typeSpecific: view.getUint32(TYPE_SPECIFIC_AT),
    source: { clock: getClockIdentity(view, SOURCE_AT), port: view.getUint16(SOURCE_AT + 8) },
    sequenceId: view.getUint16(SEQUENCE_AT),
    logInterval: view.getInt8(INTERVAL_AT),
  };
}

/** `messageType`: 4 bits. `length`: header, body and TLVs, octets. */
export function writeHeader(header: PtpHeader, messageType: number, length: number, view: DataView): void {
  view.setUint8(0, ((header.sdoId >> 4) & 0xf0) | messageType);
  view.setUint8(1, (header.minorVersion << 4) | VERSION);
  view.setUint16(LENGTH_AT, length);
  view.setUint8(DOMAIN_AT, header.domain);
  view.setUint8(MINOR_SDO_AT, header.sdoId);
  view.setUint16(FLAGS_AT, FLAGS.write(header.flags));
  view.setBigInt64(CORRECTION_AT, header.correction);
  view.setUint32(TYPE_SPECIFIC_AT, header.typeSpecific);
  setClockIdentity(view, SOURCE_AT, header.source.clock);
  view.setUint16(SOURCE_AT + 8, header.source.port);
  view.setUint16(SEQUENCE_AT, header.sequenceId);
  view.setUint8(CONTROL_AT, header.minorVersion === 0 ? (CONTROLS[messageType] ?? OTHER) : 0);
  view.setInt8(INTERVAL_AT, header.logInterval);
}

/** controlField by message type (IEEE 1588-2008 table 23). Receivers of the 2019 edition ignore it. */
const CONTROLS: Readonly<Record<number, number>> = { 0: 0, 1: 1, 8: 2, 9: 3, 13: 4 };
const OTHER = 5;
