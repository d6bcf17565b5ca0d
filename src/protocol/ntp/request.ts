import { HEADER_OCTETS, MODE_CLIENT, TRANSMIT_AT } from './header.js';

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
