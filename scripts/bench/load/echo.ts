/**
 * The minimum work of a CSPTP server with this addon: sends back the received datagram, then as many octets as a Follow_Up has.
 * It does not decode, compute or stamp, so only the cost of the sockets is left.
 */

import { eachDatagram, native } from './addon.js';
import { CSPTP_PORT, GENERAL_PORT, SERVER } from './addresses.js';

const REPLY_OCTETS = 116;
const FOLLOW_UP_OCTETS = 44;
const before = new BigInt64Array(3);
const followUp = new Uint8Array(FOLLOW_UP_OCTETS);

const general = native.openUdp({ address: SERVER, port: CSPTP_PORT + 1 }, () => {});
const event = native.openUdp(
  { address: SERVER, port: CSPTP_PORT },
  eachDatagram((arena, record) => {
    const octets = arena.payload(record);
    const from = arena.from(record);
    native.send(event, octets.subarray(0, REPLY_OCTETS), from, arena.port(record), undefined, before);
    followUp.set(octets.subarray(0, FOLLOW_UP_OCTETS));
    followUp[0] = (octets[0]! & 0xf0) | 8;
    native.send(general, followUp, from, GENERAL_PORT, undefined, before);
  }),
);
console.log('echoes');
