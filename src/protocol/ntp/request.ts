import { HEADER_OCTETS, MODE_CLIENT, ORIGIN_AT, RECEIVE_AT, TRANSMIT_AT } from './header.js';
import type { NtpTime } from './timestamp.js';

const VERSION = 4;
/** Precision field of all clients (draft-ietf-ntp-data-minimization §4). */
const PRECISION = 0x20;

/**
 * Returns a client request that reveals nothing about the client: all fields are the same in every request, and the transmit
 * timestamp is `cookie`, 8 unpredictable octets. A cookie of zeros is altered, because broken servers reply with an origin of
 * zero.
 */
export function request(cookie: Uint8Array): Uint8Array {
  const packet = new Uint8Array(HEADER_OCTETS);
  packet[0] = (VERSION << 3) | MODE_CLIENT;
  packet[3] = PRECISION;
  packet.set(cookie.subarray(0, 8), TRANSMIT_AT);
  if (packet.subarray(TRANSMIT_AT).every((octet) => octet === 0)) packet[TRANSMIT_AT + 7] = 1;
  return packet;
}

/**
 * Same in the interleaved mode (RFC 9769 §2): the origin timestamp is `previous`, the receive timestamp of the server's last
 * reply, and the receive timestamp is random too. The origin of the reply tells by which of the two the server answered.
 * `cookie`: 16 unpredictable octets.
 */
export function interleavedRequest(cookie: Uint8Array, previous: NtpTime): Uint8Array {
  const packet = request(cookie);
  new DataView(packet.buffer).setBigUint64(ORIGIN_AT, previous);
  packet.set(cookie.subarray(8, 16), RECEIVE_AT);
  // Equal timestamps ask for the basic mode, and a zero one does not prove that the reply answers this request.
  if (isZeroOrTransmit(packet)) packet[RECEIVE_AT]! ^= 0x80;
  return packet;
}

function isZeroOrTransmit(packet: Uint8Array): boolean {
  const receive = packet.subarray(RECEIVE_AT, TRANSMIT_AT);
  return receive.every((octet) => octet === 0) || receive.every((octet, i) => octet === packet[TRANSMIT_AT + i]);
}
