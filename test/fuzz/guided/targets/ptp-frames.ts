import { encode, type Message } from '../../../../src/protocol/ptp/index.js';

const LENGTH_AT = 2;
const VERSION_AT = 1;

/** Writes the length field of a PTP version 2 message. */
export function repairPtp(octets: Uint8Array, length: number): void {
  if (length < 4) return;
  octets[VERSION_AT] = (octets[VERSION_AT]! & 0xf0) | 2;
  octets[LENGTH_AT] = length >> 8;
  octets[LENGTH_AT + 1] = length;
}

const room = new Uint8Array(8192);

export const frameOf = (message: Message): Uint8Array => room.slice(0, encode(message, room));
