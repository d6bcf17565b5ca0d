import { HEADER_OCTETS, MODE_CLIENT, TRANSMIT_AT } from './header.js';

const VERSION = 4;
/** What all clients put there (draft-ietf-ntp-data-minimization §4). */
const PRECISION = 0x20;

/**
 * A client request that tells nothing about who asks: all fields are alike in every request of every client, and the
 * transmit timestamp is `cookie`, 8 unpredictable octets. A cookie of zeros is altered: an all-zero origin in a reply
 * would match those of servers that answer without looking.
 */
export function request(cookie: Uint8Array): Uint8Array {
  const packet = new Uint8Array(HEADER_OCTETS);
  packet[0] = (VERSION << 3) | MODE_CLIENT;
  packet[3] = PRECISION;
  packet.set(cookie.subarray(0, 8), TRANSMIT_AT);
  if (packet.subarray(TRANSMIT_AT).every((octet) => octet === 0)) packet[TRANSMIT_AT + 7] = 1;
  return packet;
}
