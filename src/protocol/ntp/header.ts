import type { Leap } from '../../api/observation.js';
import type { Ns } from '../../api/time.js';
import { fromShort, type NtpTime, toShort } from './timestamp.js';

/** RFC 5905 §7.3. */
export const HEADER_OCTETS = 48;
export const MODE_ACTIVE = 1;
export const MODE_PASSIVE = 2;
export const MODE_CLIENT = 3;
export const MODE_SERVER = 4;
/** The versions that have this header: RFC 1059, 1119, 1305 and 5905. */
export const OLDEST_VERSION = 1;
export const NEWEST_VERSION = 4;
/** Offsets in the packet. */
export const STRATUM_AT = 1;
export const REFID_AT = 12;
export const REFERENCE_AT = 16;
export const ORIGIN_AT = 24;
export const RECEIVE_AT = 32;
export const TRANSMIT_AT = 40;
/** MAXSTRAT of RFC 5905: unsynchronised. On the wire it is 0. */
export const STRATUM_UNSYNCHRONISED = 16;

/** In the order of the leap indicator's two bits. */
export const LEAPS: readonly Leap[] = ['none', 'insert', 'delete', 'unknown'];

/** The packet header of RFC 5905 §7.3. */
export interface Header {
  readonly leap: Leap;
  readonly version: number;
  readonly mode: number;
  /** As on the wire: 0 is unspecified or a kiss of death. */
  readonly stratum: number;
  readonly pollLog2: number;
  readonly precisionLog2: number;
  readonly rootDelayNs: Ns;
  readonly rootDispersionNs: Ns;
  /** Four octets, the first in the highest bits. */
  readonly refid: number;
  readonly reference: NtpTime;
  readonly origin: NtpTime;
  readonly receive: NtpTime;
  readonly transmit: NtpTime;
}

/** Reads the first 48 octets without judging them. Throws RangeError if there are fewer. */
export function readHeader(packet: Uint8Array): Header {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const first = view.getUint8(0);
  return {
    leap: LEAPS[first >> 6]!,
    version: (first >> 3) & 7,
    mode: first & 7,
    stratum: view.getUint8(1),
    pollLog2: view.getInt8(2),
    precisionLog2: view.getInt8(3),
    rootDelayNs: fromShort(view.getUint32(4)),
    rootDispersionNs: fromShort(view.getUint32(8)),
    refid: view.getUint32(12),
    reference: view.getBigUint64(REFERENCE_AT),
    origin: view.getBigUint64(ORIGIN_AT),
    receive: view.getBigUint64(RECEIVE_AT),
    transmit: view.getBigUint64(TRANSMIT_AT),
  };
}

/** Writes the 48 octets. Throws RangeError if `out` is shorter. */
export function writeHeader(header: Header, out: Uint8Array): void {
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  view.setUint8(0, (LEAPS.indexOf(header.leap) << 6) | (header.version << 3) | header.mode);
  view.setUint8(1, header.stratum);
  view.setInt8(2, header.pollLog2);
  view.setInt8(3, header.precisionLog2);
  view.setUint32(4, toShort(header.rootDelayNs));
  view.setUint32(8, toShort(header.rootDispersionNs));
  view.setUint32(12, header.refid);
  view.setBigUint64(REFERENCE_AT, header.reference);
  view.setBigUint64(ORIGIN_AT, header.origin);
  view.setBigUint64(RECEIVE_AT, header.receive);
  view.setBigUint64(TRANSMIT_AT, header.transmit);
}
